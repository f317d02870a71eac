//go:build explore

package parkinglot_test

import (
	"testing"
	"unsafe"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// A scene is what a scenario is about. It is large enough for its fields to lie at the same
// digits every time.
type scene struct {
	x atom.Uint32
	m ByteMutex
	c ByteCond
	_ [64]byte
}

// newScene makes one, with lots that nobody has used, and that have their tables.
func newScene(e *explore.Env) *scene {
	parkinglot.ResetProcess()
	lot = new(parkinglot.Lot)
	lot.Park(done(), keyOf(e), Parking{})
	spin = 0
	s := new(scene)
	s.c.M = &s.m
	e.Name("x", &s.x, nil)
	return s
}

// word is a variable that the search knows, as an integer to wait on.
func word(x *atom.Uint32) *uint32 { return (*uint32)(unsafe.Pointer(x)) }

// Wait and Notify on an address: nobody sleeps on while the value has changed, and counts are exact.
func TestEveryWaitOnAnAddress(t *testing.T) {
	stage := func(f func(e *explore.Env, x *atom.Uint32, counted *int)) func(*explore.Env) {
		return func(e *explore.Env) {
			f(e, &newScene(e).x, new(int))
		}
	}
	wait := func(e *explore.Env, name string, x *atom.Uint32) {
		e.Go(name, func() {
			for x.Load() == 0 {
				parkinglot.Wait(word(x), 0)
			}
		})
	}
	explore.Run(t,
		explore.Scenario{Name: "wait,notify", Build: stage(func(e *explore.Env, x *atom.Uint32, _ *int) {
			wait(e, "a", x)
			e.Go("notify", func() { x.Store(1); parkinglot.NotifyOne(word(x)) })
		})},
		explore.Scenario{Name: "wait,wait,notify all", Build: stage(func(e *explore.Env, x *atom.Uint32, _ *int) {
			wait(e, "a", x)
			wait(e, "b", x)
			e.Go("notify", func() { x.Store(1); parkinglot.NotifyAll(word(x)) })
		})},
		explore.Scenario{Name: "wait,wait,notify one,notify one", Build: stage(func(e *explore.Env, x *atom.Uint32, _ *int) {
			wait(e, "a", x)
			wait(e, "b", x)
			for _, name := range []string{"notify", "notify too"} {
				e.Go(name, func() { x.Store(1); parkinglot.NotifyOne(word(x)) })
			}
		})},
		// A timeout beside a notify: the wait was woken if the notify has counted it.
		explore.Scenario{Name: "waitFor,notify", Build: stage(func(e *explore.Env, x *atom.Uint32, counted *int) {
			woken := false
			e.Go("a", func() { woken = parkinglot.WaitFor(word(x), 0, 1) })
			e.Go("notify", func() {
				x.Store(1)
				*counted = parkinglot.NotifyOne(word(x))
			})
			e.Check(func() {
				if *counted == 1 && !woken {
					e.Errorf("a notify has counted a wait that timed out")
				}
			})
		})},
		explore.Scenario{Name: "waitContext,wait,notify one", Build: stage(func(e *explore.Env, x *atom.Uint32, counted *int) {
			ctx, cancel := e.Context()
			var err error
			e.Go("a", func() { err = parkinglot.WaitContext(ctx, word(x), 0) })
			e.Go("b", func() { parkinglot.Wait(word(x), 0) }).MaySleep()
			e.Go("cancel", cancel)
			e.Go("notify", func() {
				x.Store(1)
				*counted = parkinglot.NotifyOne(word(x))
			})
			e.Check(func() {
				if n := parkinglot.NotifyAll(word(x)); n > 0 && err != nil && *counted > 0 {
					e.Errorf("the notify went to the one that gave up")
				}
			})
		})},
	)
}

// The examples: a mutex excludes and is not lost, with cancelled waiters too; a condition variable that
// moves its waiters over to the mutex.
func TestEveryByteMutex(t *testing.T) {
	explore.Run(t,
		explore.Scenario{Name: "lock,lock", Build: func(e *explore.Env) {
			m, in := &newScene(e).m, 0
			for _, name := range []string{"a", "b"} {
				e.Go(name, func() {
					m.Lock()
					if in++; in != 1 {
						e.Errorf("two are in")
					}
					m.state.Load() // a step, for the other to come in
					in--
					m.Unlock()
				})
			}
		}},
		explore.Scenario{Name: "locked,lock,cancel,lock", Build: func(e *explore.Env) {
			m := &newScene(e).m
			m.Lock()
			ctx, cancel := e.Context()
			e.Go("a", func() {
				if m.LockContext(ctx) == nil {
					m.Unlock()
				}
			})
			e.Go("cancel", cancel)
			e.Go("unlock", m.Unlock)
			e.Check(func() {
				if s := m.state.Load(); s != 0 {
					e.Errorf("the state in the end is %d", s)
				}
			})
		}},
	)
}

func TestEveryByteCond(t *testing.T) {
	for name, signal := range map[string]func(*ByteCond){"signal": (*ByteCond).Signal, "broadcast": (*ByteCond).Broadcast} {
		explore.Run(t,
			explore.Scenario{Name: name + " under the mutex", Build: func(e *explore.Env) {
				s := newScene(e)
				m, c := &s.m, &s.c
				ready := false
				e.Go("wait", func() {
					m.Lock()
					for !ready {
						c.Wait()
					}
					m.Unlock()
				})
				e.Go(name, func() {
					m.Lock()
					ready = true
					signal(c)
					m.Unlock()
				})
			}},
			explore.Scenario{Name: name + " after it", Build: func(e *explore.Env) {
				s := newScene(e)
				m, c := &s.m, &s.c
				ready := false
				e.Go("wait", func() {
					m.Lock()
					for !ready {
						c.Wait()
					}
					m.Unlock()
				})
				e.Go(name, func() {
					m.Lock()
					ready = true
					m.Unlock()
					signal(c)
				})
			}},
		)
	}
}
