package subscribe

import (
	"context"
	"reflect"

	"github.com/rouse-go/rouse/internal/park"
)

// A group is one goroutine's registrations with several sources. All that can be
// are moved to one sleeper before it sleeps; foreign ones have channels of their own.
type group struct {
	// Up to eight members have room here; a slice of it kept in a field would move
	// the whole to the heap.
	room    [8]Subscription
	n       int
	more    []Subscription // instead, where there are more
	ended   int            // by cancel
	sleeper park.Sleeper
	joined  bool
	foreign bool
}

func (g *group) subs() []Subscription {
	if g.more != nil {
		return g.more
	}
	return g.room[:g.n]
}

// subscribe registers with every source.
func (g *group) subscribe(srcs []Source) {
	for _, src := range srcs {
		mustBe(src)
	}
	if len(srcs) > len(g.room) {
		g.more = make([]Subscription, 0, len(srcs))
	}
	for _, src := range srcs {
		s := src.Subscribe()
		if s.r == nil {
			panic("subscribe: a source returned the zero Subscription")
		}
		if g.more != nil {
			g.more = append(g.more, s)
		} else {
			g.room[g.n] = s
			g.n++
		}
	}
}

// cancel ends what has not ended. A foreign cancel that panics keeps none of the others.
func (g *group) cancel() {
	subs := g.subs()
	defer func() {
		if g.ended < len(subs) {
			g.cancel()
		}
	}()
	for g.ended < len(subs) {
		s := subs[g.ended]
		g.ended++
		s.r.Cancel(s.t)
	}
}

// take takes from every member, each of which was seen to have a wake.
func (g *group) take() error {
	for _, s := range g.subs() {
		if err := s.r.Take(s.t, false); err != nil {
			return err
		}
	}
	return nil
}

// sleep blocks until there is reason to look at the outcomes, and answers true, or until ctx
// is done. Its first call only moves the registrations to one sleeper: an
// outcome may have come before that, so it asks for another look.
func (g *group) sleep(ctx context.Context) bool {
	if !g.joined {
		g.joined = true
		subs := g.subs()
		for i := range subs {
			g.join(&subs[i])
		}
		return true
	}
	if g.foreign {
		return g.sleepForeign(ctx)
	}
	return park.Sleep(g.sleeper.C(), ctx.Done())
}

func (g *group) join(s *Subscription) {
	j, ok := s.r.(park.Joiner)
	if !ok {
		if _, ok := s.r.(*foreign); ok {
			g.foreign = true
		}
		return
	}
	var moved bool
	s.r, s.t, moved = j.Join(s.t, g.sleeper)
	if moved {
		g.sleeper = s.r.(park.Joiner).Sleeper()
	}
}

// sleepForeign is sleep where some channels are not ours.
func (g *group) sleepForeign(ctx context.Context) bool {
	cases := []reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())},
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(g.sleeper.C())},
	}
	var fs []*foreign
	for _, s := range g.subs() {
		if f, ok := s.r.(*foreign); ok && !f.got {
			fs = append(fs, f)
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(f.c)})
		}
	}
	k, _, _ := reflect.Select(cases)
	if k >= 2 {
		fs[k-2].got = true
	}
	return k != 0
}
