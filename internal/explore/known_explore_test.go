//go:build explore

package explore

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

// sleepy is the textbook waiter: it sleeps until a flag is set, and who sets it
// wakes it if it says that it sleeps.
func sleepy(recheck, lookFirst bool) func(*Env) {
	return func(e *Env) {
		var flag, asleep atom.Bool
		s := park.NewSleeper()
		e.Name("flag", &flag, nil)
		e.Name("asleep", &asleep, nil)
		e.Go("waiter", func() {
			if flag.Load() {
				return
			}
			asleep.Store(true)
			if recheck && flag.Load() {
				return
			}
			e.Receive(s.C())
		})
		e.Go("waker", func() {
			if lookFirst {
				sleeps := asleep.Load()
				flag.Store(true)
				if sleeps {
					s.Kick()
				}
				return
			}
			flag.Store(true)
			if asleep.Load() {
				s.Kick()
			}
		})
	}
}

// lazy is initialization that looks before it locks.
func lazy(publishFirst bool) func(*Env) {
	return func(e *Env) {
		var ready atom.Bool
		var value atom.Guarded[int]
		var mu atom.Mutex
		get := func() {
			if !ready.Load() {
				mu.Lock()
				if !ready.Load() {
					if publishFirst {
						ready.Store(true)
						value.Set(42)
					} else {
						value.Set(42)
						ready.Store(true)
					}
				}
				mu.Unlock()
			}
			if v := value.Get(); v != 42 {
				e.Errorf("value %d", v)
			}
		}
		e.Go("first", get)
		e.Go("second", get)
	}
}

// stack is Treiber's, of numbered nodes. Without a count in the top, a node that was taken and
// put back looks as if nothing had happened.
func stack(counted bool) func(*Env) {
	return func(e *Env) {
		var top atom.Uint32 // the node's number, and above it the count
		var next [4]atom.Uint32
		var taken [4]int
		with := func(old, node uint32) uint32 {
			if counted {
				return old&^0xff + 0x100 | node
			}
			return node
		}
		push := func(n uint32) {
			taken[n]--
			for {
				old := top.Load()
				next[n].Store(old & 0xff)
				if top.CompareAndSwap(old, with(old, n)) {
					return
				}
			}
		}
		pop := func() uint32 {
			for {
				old := top.Load()
				n := old & 0xff
				if n == 0 {
					return 0
				}
				if top.CompareAndSwap(old, with(old, next[n].Load())) {
					if taken[n]++; taken[n] > 1 {
						e.Errorf("node %d was taken twice", n)
					}
					return n
				}
			}
		}
		taken[1], taken[2] = 1, 1
		push(2)
		push(1)
		e.Go("one", func() { pop() })
		e.Go("two", func() {
			a := pop()
			pop()
			if a != 0 {
				push(a)
			}
			pop()
		})
	}
}

// Programs of which it is known whether they are right. Where one fails, its schedule
// must fail in the same way when it is run again.
func TestKnownPrograms(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		build      func(*Env)
	}{
		{"announce-then-look", "", sleepy(true, false)},
		{"no-second-look", "LOST WAKEUP", sleepy(false, false)},
		{"look-then-announce", "LOST WAKEUP", sleepy(true, true)},
		{"double-checked", "", lazy(false)},
		{"double-checked-published-early", "data race", lazy(true)},
		{"stack-with-count", "", stack(true)},
		{"stack-aba", "failed", stack(false)},
		{"lost-update", "failed", func(e *Env) {
			var x atom.Uint32
			for _, name := range []string{"a", "b"} {
				e.Go(name, func() { x.Store(x.Load() + 1) })
			}
			e.Check(func() {
				if n := x.Load(); n != 2 {
					e.Errorf("x = %d", n)
				}
			})
		}},
		{"unlocked-write", "data race", func(e *Env) {
			var mu atom.Mutex
			var x atom.Guarded[int]
			e.Go("a", func() { mu.Lock(); x.Set(1); mu.Unlock() })
			e.Go("b", func() { x.Get() })
		}},
		{"message-by-store", "", func(e *Env) {
			var x atom.Guarded[int]
			var f atom.Bool
			e.Go("a", func() { x.Set(1); f.Store(true) })
			e.Go("b", func() {
				if f.Load() {
					x.Get()
				}
			})
		}},
		{"message-by-load", "data race", func(e *Env) { // a look tells nobody anything
			var x atom.Guarded[int]
			var f atom.Uint32
			var told bool
			e.Go("a", func() { x.Set(1); f.Load(); told = true })
			e.Go("b", func() {
				if f.Add(0); told {
					x.Get()
				}
			})
		}},
		{"full-channel-tells-nothing", "data race", func(e *Env) {
			s := park.NewSleeper()
			var x atom.Guarded[int]
			var told bool
			s.Kick()
			e.Go("a", func() { x.Set(1); s.Kick(); told = true })
			e.Go("b", func() {
				if e.Receive(s.C()); told {
					x.Get()
				}
			})
		}},
		{"two-locks", "LOST WAKEUP", func(e *Env) {
			var a, b atom.Mutex
			e.Go("ab", func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() })
			e.Go("ba", func() { b.Lock(); a.Lock(); a.Unlock(); b.Unlock() })
		}},
		{"two-locks-in-order", "", func(e *Env) {
			var a, b atom.Mutex
			for range 2 {
				e.Go("ab", func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() })
			}
		}},
		{"trylock", "", func(e *Env) {
			var a atom.Mutex
			var x atom.Guarded[int]
			for range 3 {
				e.Go("a", func() {
					if a.TryLock() {
						x.Set(1)
						a.Unlock()
					}
				})
			}
		}},
		{"spin-until-set", "", func(e *Env) {
			var f atom.Bool
			e.Go("spinner", func() {
				for !f.Load() {
					park.Yield()
				}
			})
			e.Go("setter", func() { f.Store(true) })
		}},
		{"spin-for-ever", "LOST WAKEUP", func(e *Env) {
			var f atom.Bool
			e.Go("spinner", func() {
				for !f.Load() {
					park.Yield()
				}
			})
			e.Go("setter", func() { f.Store(true); f.Store(false) })
		}},
		{"livelock", "livelock", func(e *Env) {
			var f atom.Uint32
			e.Go("mover", func() {
				for f.Load() < 1 {
					f.CompareAndSwap(0, 0)
				}
			})
		}},
		{"panic", "panic", func(e *Env) {
			var f atom.Bool
			e.Go("a", func() { f.Store(true) })
			e.Go("b", func() {
				if f.Load() {
					panic("seen")
				}
			})
		}},
		{"kick-or-cancel", "", func(e *Env) {
			ctx, cancel := e.Context()
			s := park.NewSleeper()
			e.Go("sleeper", func() { park.Sleep(s.C(), ctx.Done()) })
			e.Go("cancel", cancel)
		}},
		{"nobody-cancels", "LOST WAKEUP", func(e *Env) {
			ctx, _ := e.Context()
			s := park.NewSleeper()
			e.Go("sleeper", func() { park.Sleep(s.C(), ctx.Done()) })
		}},
		{"callback", "", func(e *Env) {
			ctx, cancel := e.Context()
			s := park.NewSleeper()
			context.AfterFunc(ctx, s.Kick)
			e.Go("sleeper", func() { e.Receive(s.C()) })
			e.Go("cancel", cancel)
		}},
		{"stopped-callback", "LOST WAKEUP", func(e *Env) {
			ctx, cancel := e.Context()
			s := park.NewSleeper()
			stop := context.AfterFunc(ctx, s.Kick)
			e.Go("sleeper", func() { e.Receive(s.C()) })
			e.Go("cancel", cancel)
			e.Go("stop", func() { ctx.Err(); stop() })
		}},
		{"goexit", "", func(e *Env) {
			var mu atom.Mutex
			var x atom.Guarded[int]
			for range 3 {
				e.Go("leaves", func() {
					mu.Lock()
					defer mu.Unlock()
					x.Set(1)
					runtime.Goexit()
				})
			}
		}},
		{"goexit-and-sleeps", "LOST WAKEUP", func(e *Env) {
			s := park.NewSleeper()
			e.Go("leaves", func() {
				defer e.Receive(s.C())
				runtime.Goexit()
			})
		}},
		{"may-sleep", "", func(e *Env) {
			s := park.NewSleeper()
			e.Go("sleeper", func() { e.Receive(s.C()) }).MaySleep()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Scenario{Name: c.name, Build: c.build}
			r := Search(s)
			if r.Failure == nil {
				if t.Log(r); c.kind != "" {
					t.Fatalf("not caught: %s", c.kind)
				}
				return
			}
			t.Logf("%d executions\n%v\n%s", r.Executions, r.Failure, r.Failure.Table)
			if r.Failure.Kind != c.kind {
				t.Fatalf("%v; want %q", r.Failure, c.kind)
			}
			again := replay(&s, r.Failure.Schedule)
			if f := again.failure; f == nil || f.Kind != c.kind {
				t.Errorf("the schedule %s, run again: %v", r.Failure.Schedule, f)
			}
		})
	}
}

// A scenario that is not the same each time is told so, and not searched by guesswork.
func TestNotRepeatable(t *testing.T) {
	n := 0
	r := Search(Scenario{Name: "counts its runs", Build: func(e *Env) {
		n++
		var x atom.Uint32
		e.Go("a", func() { x.Add(1) })
		e.Go("b", func() {
			if n%2 == 0 {
				x.Load()
			}
			x.Add(1)
		})
	}})
	if r.Failure == nil || r.Failure.Kind != "not repeatable" {
		t.Error(r.Failure)
	}
}

// A timer fires before a token is taken, after, or is stopped and never does.
func TestTimer(t *testing.T) {
	Run(t, Scenario{Name: "timer", Legal: []string{"token", "timeout"}, Build: func(e *Env) {
		r := &books{s: park.NewSleeper()}
		var err error
		e.Go("sleeper", func() { err = park.AwaitTimeout(time.Second, r, 0) })
		e.Go("waker", func() { r.told.Store(true); r.s.Kick() })
		e.Check(func() {
			switch err {
			case nil:
				e.Outcome("token")
			case context.DeadlineExceeded:
				e.Outcome("timeout")
			}
		})
	}})
}

// books are a source of one registration.
type books struct {
	park.Registration
	s    park.Sleeper
	told atom.Bool
}

func (b *books) C() <-chan struct{} { return b.s.C() }
func (b *books) Take(park.Ticket, bool) error {
	if b.told.Load() {
		return nil
	}
	return park.ErrPending
}
func (b *books) Withdraw(park.Ticket) bool { return !b.told.Load() }

// Each thread is told apart while it runs, and at other times none runs.
func TestRunning(t *testing.T) {
	Run(t, Scenario{Name: "running", Build: func(e *Env) {
		var x atom.Bool
		want := func(n int) {
			if got := e.Running(); got != n {
				e.Errorf("%d runs, want %d", got, n)
			}
		}
		want(0)
		for n := range 3 {
			e.Go("thread", func() {
				want(n + 1)
				x.Store(true)
				want(n + 1)
			})
		}
		e.Check(func() { want(0) })
	}})
}

// What a choice may be, each is.
func TestChoices(t *testing.T) {
	r := Search(Scenario{Name: "choices", Build: func(e *Env) {
		var all []byte
		e.Go("chooser", func() {
			for range 3 {
				all = append(all, '0'+byte(e.Choose(3)))
			}
		})
		e.Check(func() { e.Outcome("%s", all) })
	}})
	if r.Executions != 27 || len(r.Outcomes) != 27 {
		t.Error(r)
	}
}

// Outside of a search the types are the ordinary ones.
func TestNoHookOutside(t *testing.T) {
	var x atom.Uint32
	var mu atom.Mutex
	s := park.NewSleeper()
	done := make(chan bool)
	go func() {
		for range 1000 {
			mu.Lock()
			x.Store(x.Load() + 1)
			mu.Unlock()
			park.Yield()
		}
		s.Kick()
		done <- true
	}()
	park.Sleep[struct{}](s.C(), nil)
	<-done
	if x.Load() != 1000 || atom.Hooked() {
		t.Error(x.Load(), atom.Hooked())
	}
}

// A schedule is read as it was written.
func TestScheduleCode(t *testing.T) {
	path := []node{{thread: 0}, {thread: 0}, {thread: 1, choice: 1}, {thread: 2}, {thread: 1, choice: 1}, {thread: 1, choice: 1}, {thread: 0, choice: 12}}
	code := encode(path)
	if code != "a*2.b1cb1*2.a12" {
		t.Error(code)
	}
	back := decode(code)
	if encode(back) != code || len(back) != len(path) || strings.Contains(code, " ") {
		t.Error(back)
	}
}
