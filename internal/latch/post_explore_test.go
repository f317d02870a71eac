//go:build explore

package latch_test

import (
	"slices"
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/latch"
)

// A post is a latch, what it guards, and an account of what was done. The account is plain memory: no step
// of the search. The field is one: two who hold the latch, or one who does not see what the
// last one did, are a data race.
type post struct {
	*explore.Env
	l     latch.Latch
	field atom.Guarded[int]

	visits, refused int
	failed          int    // of those who only try
	holder          string // or ""
	left            uint32 // how the last one left it
	retired         bool
	owedBy          string // the latch was owed when this one left it
	handed          bool   // it was, once, and another had it then
}

// newPost makes a latch that is free. Patience is what a waiter has.
func newPost(e *explore.Env, patience int) *post {
	latch.Whole = patience == whole
	latch.SetPatience(max(patience, 0))
	p := &post{Env: e, left: latch.Free}
	e.Name("l", &p.l, latch.ShowWord)
	e.Name("field", &p.field, nil)
	return p
}

// heldPost is newPost, and a thread that holds the latch and unlocks it.
func heldPost(e *explore.Env, patience int) *post {
	p := newPost(e, patience)
	p.lock("a")
	e.Go("a", func() { p.unlock("a", latch.Marked) })
	return p
}

// visit locks and unlocks n times.
func (p *post) visit(name string, n int, next uint32) {
	p.Go(name, func() {
		for range n {
			if !p.lock(name) {
				return
			}
			p.unlock(name, next)
		}
	})
}

// lock reports whether it got it.
func (p *post) lock(name string) bool {
	if !p.l.Lock() {
		if p.refused++; !p.retired {
			p.Errorf("refused, and nobody has retired it")
		}
		return false
	}
	p.enter(name)
	return true
}

func (p *post) enter(name string) {
	switch {
	case p.holder != "":
		p.Errorf("%s holds it, and so does %s", name, p.holder)
	case p.retired:
		p.Errorf("%s holds it, and it was retired", name)
	case p.owedBy == name:
		p.Errorf("%s takes again what it owed to another", name)
	case p.owedBy != "":
		p.handed = true
	}
	p.holder, p.owedBy = name, ""
	p.visits++
	p.field.Set(p.field.Get() + 1)
}

func (p *post) unlock(name string, next uint32) {
	p.leaving(name, next)
	p.l.Unlock(next)
}

// leaving is the account of an Unlock. A latch that is owed now is owed then (L2). It looks in a step of
// its own, or the search would not care whether it sees that.
func (p *post) leaving(name string, next uint32) {
	p.holder, p.left = "", next
	if p.l.State() == "owed" {
		p.owedBy = name
	}
}

func (p *post) retire() {
	p.holder, p.retired = "", true
	p.l.Retire()
}

// exact checks that so many came, that they saw each other, and that it is as the last one left it.
func (p *post) exact(came int) {
	p.Check(func() {
		state := map[uint32]string{latch.Free: "free", latch.Marked: "marked"}[p.left]
		if p.retired {
			state = "retired"
		}
		if got := p.l.State(); got != state {
			p.Errorf("it is %s, and was left %s", got, state)
		}
		if p.visits != p.field.Get() || p.visits+p.refused+p.failed != came {
			p.Errorf("%d were inside, %d as they counted, %d refused, and %d failed, of %d", p.visits, p.field.Get(), p.refused, p.failed, came)
		}
		switch {
		case p.refused > 0:
			p.Outcome("%d refused", p.refused)
		case p.handed:
			p.Outcome("handed over")
		default:
			p.Outcome("taken")
		}
	})
}

// whole, for a patience, says that the latch is one that locks in one step, as it is where others are explored
// that use it. It does nothing that the latch does not.
const whole = -1

// each makes a scenario of waiters who have patience for none, one of those who have for one, and one of a whole
// latch, which hands nothing over.
func each(name string, build func(*explore.Env, int), legal ...string) (ss []explore.Scenario) {
	add := func(kind string, patience int, legal []string) {
		ss = append(ss, explore.Scenario{
			Name:  name + "/" + kind,
			Build: func(e *explore.Env) { build(e, patience) },
			Legal: legal,
		})
	}
	add("patience 0", 0, legal)
	add("patience 1", 1, legal)
	add("whole", whole, slices.DeleteFunc(slices.Clone(legal), func(o string) bool { return o == "handed over" }))
	return ss
}

// run is explore.Run, and leaves latches as the other tests have them.
func run(t *testing.T, ss ...explore.Scenario) {
	defer func() {
		latch.Whole = false
		latch.SetPatience(1)
	}()
	explore.Run(t, ss...)
}
