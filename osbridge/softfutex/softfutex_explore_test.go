//go:build explore

package softfutex_test

import (
	"context"
	"testing"

	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/park"
	. "github.com/rouse-go/rouse/osbridge/softfutex"
)

// A futexes is a manager and two words, the threads that use them, and an account of
// what they did, which is plain memory and no step of the search.
type futexes struct {
	*explore.Env
	*Manager
	*memory

	counted int // woken, as the wakers say
	moved   int
	woken   int // waits that returned nil
}

func (f *futexes) note(err error) {
	if err == nil {
		f.woken++
	}
}

// waits calls Wait for a word that is 0.
func (f *futexes) waits(name string, addr Addr) *explore.Thread {
	return f.Go(name, func() { f.note(f.Wait(context.Background(), f.memory, addr, true, 0, MatchAny)) })
}

func (f *futexes) cancellable(name string, addr Addr) *explore.Thread {
	ctx, cancel := f.Context()
	t := f.Go(name, func() { f.note(f.Wait(ctx, f.memory, addr, true, 0, MatchAny)) })
	f.Go("cancel "+name, cancel)
	return t
}

// glances prepares a wait and completes it at once, as one does whose time is over.
func (f *futexes) glances(name string, addr Addr) {
	f.Go(name, func() {
		var w Waiter
		if f.WaitPrepare(&w, f.memory, addr, true, 0, MatchAny) == nil && f.WaitComplete(&w, f.memory) {
			f.woken++
		}
	})
}

func (f *futexes) wakes(addr Addr, n int) {
	f.Go("wake", func() {
		n, _ := f.Wake(f.memory, addr, true, MatchAny, n)
		f.counted += n
	})
}

// changes sets the word, then wakes, as one must.
func (f *futexes) changes(addr Addr, n int) {
	f.Go("change", func() {
		f.words[addr/4].Store(1)
		n, _ := f.Wake(f.memory, addr, true, MatchAny, n)
		f.counted += n
	})
}

func (f *futexes) requeues(name string, from, to Addr, nwake, nreq int) {
	f.Go(name, func() {
		n, _ := f.Requeue(f.memory, from, to, true, nwake, nreq)
		f.counted += min(n, nwake)
		f.moved += max(n-nwake, 0)
	})
}

// conserved: as many waits were woken as the wakers counted, and nobody is left who may be.
func conserved(f *futexes) {
	if f.woken != f.counted {
		f.Errorf("%d woken, %d counted", f.woken, f.counted)
	}
}

type play struct {
	name  string
	stage func(*futexes)
	check func(*futexes)
}

func perform(t *testing.T, plays []play) {
	for _, p := range plays {
		for _, again := range []bool{false, true} {
			name := p.name + "/first"
			if again {
				name = p.name + "/again"
			}
			explore.Run(t, explore.Scenario{Name: name, Build: func(e *explore.Env) {
				f := &futexes{Env: e, Manager: NewManager(), memory: words(2)}
				if again { // the buckets and the waiters are there
					ctx, cancel := context.WithCancel(context.Background())
					cancel()
					f.Wait(ctx, f.memory, 0, true, 0, MatchAny)
					f.Wait(ctx, f.memory, 4, true, 0, MatchAny)
				}
				p.stage(f)
				e.Check(func() { p.check(f) })
			}})
		}
	}
}

func TestEveryFutexWaitAndWake(t *testing.T) {
	perform(t, []play{
		// A wait that comes too late sees the new value, and no other one sleeps on.
		{"wait,change", func(f *futexes) { f.waits("a", 0); f.changes(0, 1) }, conserved},
		{"wait,wait,change", func(f *futexes) { f.waits("a", 0); f.waits("b", 0); f.changes(0, 2) }, conserved},
		{"wait,cancel,wake", func(f *futexes) { f.cancellable("a", 0); f.wakes(0, 1) }, conserved},
		{"glance,wake", func(f *futexes) { f.glances("a", 0); f.wakes(0, 1) }, conserved},
		{"glance,wait,wake", func(f *futexes) {
			f.glances("a", 0)
			f.waits("b", 0).MaySleep()
			f.wakes(0, 1)
		}, conserved},
		// Whoever is woken by a wake for one, and gave up, has not taken it from the other.
		{"wait,cancel,wait,wake", func(f *futexes) {
			f.cancellable("a", 0)
			f.waits("b", 0).MaySleep()
			f.wakes(0, 1)
		}, conserved},
		{"wait,wakeOp", func(f *futexes) {
			f.waits("a", 4)
			f.Go("wakeOp", func() {
				n, _ := f.WakeOp(f.memory, 0, 4, true, 1, 1, EncodeOp(OpAdd, 1, CmpEq, 0))
				f.counted += n
			})
		}, conserved},
		{"wait+wait,wake,change", func(f *futexes) {
			f.Go("twice", func() {
				f.note(f.Wait(context.Background(), f.memory, 0, true, 0, MatchAny))
				f.note(f.Wait(context.Background(), f.memory, 0, true, 0, MatchAny))
			})
			f.wakes(0, 1)
			f.changes(0, 1)
		}, conserved},
	})
}

func TestEveryFutexRequeue(t *testing.T) {
	perform(t, []play{
		{"wait,cancel,requeue", func(f *futexes) { f.cancellable("a", 0); f.requeues("requeue", 0, 4, 0, 1) }, conserved},
		{"glance,requeue,wake there", func(f *futexes) {
			f.glances("a", 0)
			f.requeues("requeue", 0, 4, 0, 1)
			f.wakes(4, 1)
		}, conserved},
		{"glance,there,back", func(f *futexes) {
			f.glances("a", 0)
			f.requeues("there", 0, 4, 0, 1)
			f.requeues("back", 4, 0, 0, 1)
		}, conserved},
		{"glance,requeue to itself,wake", func(f *futexes) {
			f.glances("a", 0)
			f.requeues("requeue", 0, 0, 0, 1<<30)
			f.wakes(0, 1)
		}, conserved},
		// Who was moved is in one of two places at any time: two wakers who look into both after the
		// requeue have it.
		{"wait,requeue+wake", func(f *futexes) {
			f.waits("a", 0).MaySleep()
			f.Go("requeue", func() {
				n, _ := f.Requeue(f.memory, 0, 4, true, 0, 1)
				k, _ := f.Wake(f.memory, 4, true, MatchAny, 1)
				if k < n {
					f.Errorf("%d moved, %d woken there", n, k)
				}
				f.counted += k
			})
		}, conserved},
		{"wait,requeueCmp,change", func(f *futexes) {
			f.waits("a", 0)
			f.Go("requeue", func() {
				if n, err := f.RequeueCmp(f.memory, 0, 4, true, 0, 0, 1); err == nil && n > 0 {
					n, _ := f.Wake(f.memory, 4, true, MatchAny, 1)
					f.counted += n
				}
			})
			f.changes(0, 1)
		}, conserved},
	})
}

// A lock is held by who was told that it has it, and by nobody else, in every order.
func TestEveryFutexLock(t *testing.T) {
	enter := func(f *futexes, inside *int, tid uint32, patient bool) {
		var w Waiter
		locked, err := f.LockPI(&w, f.memory, 0, tid, true, false)
		if err != nil {
			f.Errorf("LockPI: %v", err)
		}
		if !locked {
			if patient {
				park.Sleep[struct{}](w.C, nil)
			}
			if !f.WaitComplete(&w, f.memory) {
				return
			}
		}
		if *inside++; *inside != 1 {
			f.Errorf("%d inside", *inside)
		}
		if cur, _ := f.LoadUint32(0); cur&TIDMask != tid {
			f.Errorf("%d has the lock, and the word is %#x", tid, cur)
		}
		*inside--
		if err := f.UnlockPI(f.memory, 0, tid, true); err != nil {
			f.Errorf("UnlockPI: %v", err)
		}
	}
	free := func(f *futexes) {
		if cur, _ := f.LoadUint32(0); cur&TIDMask != 0 {
			f.Errorf("in the end the word is %#x", cur)
		}
	}
	perform(t, []play{
		{"lock,lock", func(f *futexes) {
			inside := 0
			f.Go("a", func() { enter(f, &inside, 1, true) })
			f.Go("b", func() { enter(f, &inside, 2, true) })
		}, free},
		{"lock,lock and give up", func(f *futexes) {
			inside := 0
			f.Go("a", func() { enter(f, &inside, 1, true) })
			f.Go("b", func() { enter(f, &inside, 2, false) })
		}, free},
		{"lock,lock,lock and give up", func(f *futexes) {
			inside := 0
			f.Go("a", func() { enter(f, &inside, 1, false) })
			f.Go("b", func() { enter(f, &inside, 2, false) })
			f.Go("c", func() { enter(f, &inside, 3, false) })
		}, free},
		// The guest takes and frees the lock without a call, where it may.
		{"lock,guest's own", func(f *futexes) {
			inside := 0
			f.Go("a", func() { enter(f, &inside, 1, true) })
			f.Go("guest", func() {
				if f.words[0].CompareAndSwap(0, 2) && !f.words[0].CompareAndSwap(2, 0) {
					if err := f.UnlockPI(f.memory, 0, 2, true); err != nil {
						f.Errorf("UnlockPI: %v", err)
					}
				}
			})
		}, free},
		{"lock,wake", func(f *futexes) {
			inside := 0
			f.Go("a", func() { enter(f, &inside, 1, true) })
			f.Go("b", func() { enter(f, &inside, 2, false) })
			f.wakes(0, 1)
		}, func(f *futexes) {
			free(f)
			conserved(f)
		}},
	})
}
