//go:build explore

package latch_test

import (
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/latch"
)

// Those who lock hold it one after another, all of them, and leave it as they say.
func TestEveryLatchLock(t *testing.T) {
	run(t, each("lock,lock", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		p.visit("a", 1, latch.Free)
		p.visit("b", 1, latch.Marked)
		p.exact(2)
	})...)
	run(t, each("lock twice,lock", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		p.visit("a", 2, latch.Free)
		p.visit("b", 1, latch.Marked)
		p.exact(3)
	}, "taken", "handed over")...)
	run(t, each("lock twice,lock twice", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		p.visit("a", 2, latch.Free)
		p.visit("b", 2, latch.Marked)
		p.exact(4)
	}, "taken", "handed over")...)
	run(t, each("unlock,lock,lock", func(e *explore.Env, patience int) {
		p := heldPost(e, patience)
		p.visit("b", 1, latch.Free)
		p.visit("c", 1, latch.Marked)
		p.exact(3)
	}, "taken", "handed over")...)
	run(t, each("lock,lock,lock", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		p.visit("a", 1, latch.Marked)
		p.visit("b", 1, latch.Free)
		p.visit("c", 1, latch.Marked)
		p.exact(3)
	})...)
	run(t,
		explore.Scenario{Name: "unlock,lock,lock,lock", Build: func(e *explore.Env) {
			p := heldPost(e, 0)
			p.visit("b", 1, latch.Free)
			p.visit("c", 1, latch.Marked)
			p.visit("d", 1, latch.Free)
			p.exact(4)
		}, Legal: []string{"taken", "handed over"}},
		explore.Scenario{Name: "lock twice,lock,lock", Build: func(e *explore.Env) {
			p := newPost(e, 1)
			p.visit("a", 2, latch.Free)
			p.visit("b", 1, latch.Free)
			p.visit("c", 1, latch.Marked)
			p.exact(4)
		}, Legal: []string{"taken", "handed over"}},
	)
}

// Who only tries takes it or leaves it, and takes from nobody what is owed to him.
func TestEveryLatchTry(t *testing.T) {
	try := func(p *post, name string) {
		p.Go(name, func() {
			if p.l.TryLock() {
				p.enter(name)
				p.unlock(name, latch.Free)
			} else {
				p.failed++
			}
		})
	}
	run(t, each("trylock,trylock", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		try(p, "a")
		try(p, "b")
		p.exact(2)
	}, "taken")...)
	run(t, each("unlock,lock,trylock", func(e *explore.Env, patience int) {
		p := heldPost(e, patience)
		p.visit("b", 1, latch.Marked)
		try(p, "c")
		p.exact(3)
	}, "taken", "handed over")...)
	run(t, each("tryunlock,lock,lock", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		p.lock("a")
		e.Go("a", func() {
			if p.leaving("a", latch.Marked); !p.l.TryUnlock(latch.Marked) {
				p.l.Unlock(latch.Marked)
			}
		})
		p.visit("b", 1, latch.Free)
		p.visit("c", 1, latch.Free)
		p.exact(3)
	}, "taken", "handed over")...)
}

// Whoever waits for a latch that is retired learns of it, and so does whoever comes later.
func TestEveryLatchRetire(t *testing.T) {
	retire := func(e *explore.Env, patience int) *post {
		p := newPost(e, patience)
		p.lock("a")
		e.Go("a", p.retire)
		return p
	}
	run(t, each("retire,lock", func(e *explore.Env, patience int) {
		p := retire(e, patience)
		p.visit("b", 1, latch.Free)
		p.exact(2)
	}, "1 refused")...)
	run(t, each("retire,lock,lock", func(e *explore.Env, patience int) {
		p := retire(e, patience)
		p.visit("b", 1, latch.Free)
		p.visit("c", 1, latch.Free)
		p.exact(3)
	}, "2 refused")...)
	run(t, each("retire,trylock,lock", func(e *explore.Env, patience int) {
		p := retire(e, patience)
		p.visit("b", 1, latch.Free)
		e.Go("c", func() {
			if p.l.TryLock() {
				p.Errorf("TryLock of a latch that was held, and then retired")
			}
		})
		p.exact(2)
	}, "1 refused")...)
	run(t, each("lock+retire,lock,lock", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		e.Go("a", func() {
			if p.lock("a") {
				p.retire()
			}
		})
		p.visit("b", 1, latch.Marked)
		p.visit("c", 1, latch.Free)
		p.exact(3)
	}, "taken", "handed over", "1 refused", "2 refused")...)
}

// Who writes, and then finds the latch clear, is seen by whoever takes it later; and a mark is there
// until the next holder leaves none.
func TestEveryLatchClear(t *testing.T) {
	// The one stays if it sees nothing, and leaves a mark then. The other writes, and passes by if it is clear.
	meet := func(p *post) {
		var written atom.Uint32
		p.Name("written", &written, nil)
		saw, clear := false, false
		p.Go("stays", func() {
			p.lock("stays")
			if saw = written.Load() != 0; saw {
				p.unlock("stays", latch.Free)
			} else {
				p.unlock("stays", latch.Marked)
			}
		})
		p.Go("writes", func() {
			written.Store(1)
			clear = p.l.Clear()
		})
		p.Check(func() {
			if p.Outcome("saw %v, clear %v", saw, clear); !saw && clear {
				p.Errorf("the one stays, and the other found it clear")
			}
			if got := p.l.Clear(); got != saw {
				p.Errorf("clear in the end: %v", got)
			}
		})
	}
	outcomes := []string{"saw false, clear false", "saw true, clear false", "saw true, clear true"}
	run(t, each("lock,clear", func(e *explore.Env, patience int) {
		meet(newPost(e, patience))
	}, outcomes...)...)
	run(t, each("unlock,lock,clear", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		p.lock("a")
		e.Go("a", func() { p.unlock("a", latch.Free) })
		meet(p)
	}, outcomes...)...)
	run(t, each("marked,lock,lock,clear", func(e *explore.Env, patience int) {
		p := newPost(e, patience)
		p.l.Lock()
		p.l.Unlock(latch.Marked)
		first := true
		for _, name := range []string{"a", "b"} {
			e.Go(name, func() {
				p.lock(name)
				next := uint32(latch.Free)
				if first {
					next = latch.Marked
				}
				first = false
				p.unlock(name, next)
			})
		}
		e.Go("looks", func() {
			if p.l.Clear() && (p.visits < 2 || p.holder != "") {
				p.Errorf("clear, and it was marked, or is held")
			}
		})
		p.exact(2)
	})...)
}
