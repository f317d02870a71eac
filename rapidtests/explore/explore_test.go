package explore_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/rapidtests/explore"
	"github.com/rouse-go/rouse/rapidtests/explore/atom"
	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
	"go.uber.org/goleak"
)

// Who sleeps for good in a bubble cannot be woken from outside of it.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/rouse-go/rouse/rapidtests/explore_test.forGood"))
}

func forGood(c *waitcell.Cell) { c.Wait(context.Background()) }

// Each kind of failure is told, in both builds: the checks of this table are broken programs.
func TestFailuresAreTold(t *testing.T) {
	for _, c := range []struct {
		want  string // Kind and What, their beginning
		every bool   // needs every interleaving to be found for certain
		build func(*explore.Env)
	}{
		{"LOST WAKEUP: nobody can take a step", false, func(e *explore.Env) {
			c := new(waitcell.Cell)
			e.Go("sleeper", func() { forGood(c) })
		}},
		{"failed: 1 + 1 is 3", false, func(e *explore.Env) {
			e.Go("thread", func() { e.Errorf("1 + 1 is %d", 3) })
		}},
		{"failed: in the end", false, func(e *explore.Env) {
			e.Go("thread", func() {})
			e.Check(func() { e.Errorf("in the end") })
		}},
		{"panic: oh", false, func(e *explore.Env) { e.Go("thread", func() { panic("oh") }) }},
		{"illegal outcome: a=1", false, func(e *explore.Env) { e.Call("a", func() any { return 1 }) }},
		{"failed: lost update", true, func(e *explore.Env) {
			var x atom.Uint32
			for _, name := range []string{"a", "b"} {
				e.Go(name, func() { x.Store(x.Load() + 1) })
			}
			e.Check(func() {
				if x.Load() != 2 {
					e.Errorf("lost update")
				}
			})
		}},
		{"data race: ", true, func(e *explore.Env) {
			var ready atom.Bool
			var value atom.Guarded[int]
			e.Go("writer", func() { ready.Store(true); value.Set(1) })
			e.Go("reader", func() {
				if ready.Load() {
					value.Get()
				}
			})
		}},
	} {
		t.Run(c.want, func(t *testing.T) {
			if c.every && !explore.Exhaustive {
				t.Skip("skipped: it takes -tags explore to find it for certain")
			}
			r := explore.Search(t, explore.Scenario{Build: c.build, Legal: []string{"", "fine"}})
			if r.Failure == nil || !strings.HasPrefix(r.Failure.Error(), c.want) {
				t.Fatalf("after %d executions: %v", r.Executions, r.Failure)
			}
		})
	}
}

// The whole of Env, in a program that is right.
func TestWhatAnEnvHas(t *testing.T) {
	var built atomic.Int32
	explore.Run(t, explore.Scenario{
		Name:  "everything",
		Legal: []string{"wait=woken left=0", "wait=cancelled left=1"},
		Build: func(e *explore.Env) {
			built.Add(1)
			var mu atom.Mutex
			var q waitqueue.Queue
			var state atom.Guarded[int]
			var spun atom.Bool
			e.Name("q", &q, nil)
			e.Name("state", &state, func(v any) string { return "" })
			ctx, cancel := e.Context()
			e.Call("wait", func() any {
				if q.Wait(ctx) != nil {
					return "cancelled"
				}
				return "woken"
			})
			e.Go("cancel", cancel)
			e.Go("wake", func() {
				mu.Lock()
				state.Set(e.Choose(2))
				mu.Unlock()
				q.Wake()
				spun.Store(true)
			})
			e.Go("spin", func() {
				for !spun.Load() {
					atom.Yield()
				}
			})
			e.Final("left", func() any {
				if ok, _ := q.Poll(); ok {
					return 1
				}
				return 0
			})
		},
	})
	if built.Load() < 2 {
		t.Errorf("built %d times", built.Load())
	}
}

// A thread that may sleep is no failure; the check sees it asleep, and ends its sleep.
func TestMaySleep(t *testing.T) {
	explore.Run(t, explore.Scenario{
		Name:  "two waiters, one wake",
		Legal: []string{"a=asleep b=woken", "a=woken b=asleep"},
		Build: func(e *explore.Env) {
			var q waitqueue.Queue
			for _, name := range []string{"a", "b"} {
				e.Call(name, func() any { q.Wait(context.Background()); return "woken" }).MaySleep()
			}
			e.Go("wake", func() { q.Wake() })
			e.Check(func() { q.Close() })
		},
	})
}

// A subscription's channel, received from.
func TestReceive(t *testing.T) {
	explore.Run(t, explore.Scenario{
		Name:  "receive",
		Legal: []string{"err=<nil>"},
		Build: func(e *explore.Env) {
			var c waitcell.Cell
			sub := c.Subscribe()
			e.Call("err", func() any {
				defer sub.Cancel()
				e.Receive(sub.C())
				return sub.Err()
			})
			e.Go("wake", func() { c.Wake() })
		},
	})
}
