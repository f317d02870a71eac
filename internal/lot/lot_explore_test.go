//go:build explore

package lot_test

import (
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/lot"
)

// A yard is a lot of two buckets, and an account of what was done there. The account is plain
// memory: no step of the search. Even keys are in bucket 0, odd ones in bucket 1.
type yard struct {
	*explore.Env
	l     *lot.Lot[int]
	value atom.Uint32 // what waiters look at

	refused, woken, gaveUp int // waits
	counted, moved         int // wakes, as the wakers count
}

func bit32(k int) uint64 { return uint64(k) << 32 }

func newYard(e *explore.Env, crowd int) *yard {
	y := &yard{Env: e, l: lot.NewSmall[int](2, crowd)}
	y.l.Warm()
	e.Name("value", &y.value, nil)
	return y
}

func (y *yard) isZero() bool { return y.value.Load() == 0 }

// wait waits under key while the value is zero.
func (y *yard) wait(name string, key int) *explore.Thread {
	return y.Go(name, func() {
		var w lot.Waiter[int]
		if !y.l.Prepare(&w, key, bit32(key), y.isZero) {
			y.refused++
			return
		}
		y.note(lot.Sleep[int, int](y.l, &w, nil, nil))
	})
}

func (y *yard) note(woken bool) {
	if woken {
		y.woken++
	} else {
		y.gaveUp++
	}
}

// timed is wait, and may be cancelled.
func (y *yard) timed(name string, key int) {
	ctx, cancel := y.Context()
	y.Go(name, func() {
		var w lot.Waiter[int]
		if !y.l.Prepare(&w, key, bit32(key), y.isZero) {
			y.refused++
			return
		}
		y.note(lot.Sleep(y.l, &w, ctx.Done(), nil))
	})
	y.Go("cancel "+name, cancel)
}

// notify sets the value, and wakes n if somebody seems to be there.
func (y *yard) notify(name string, key, n int) {
	y.Go(name, func() {
		y.value.Store(1)
		y.wake(key, n)
	})
}

func (y *yard) wake(key, n int) {
	if y.l.Empty(bit32(key)) {
		return
	}
	h := hold(y.l, key, bit32(key))
	h.WakeN(n)
	h.Release()
	y.counted += h.Woken
}

func (y *yard) requeue(name string, from, to, wake, move int) {
	y.Go(name, func() {
		h := holdBoth(y.l, from, bit32(from), to, bit32(to))
		h.Visit(func(*lot.Waiter[int]) lot.Verdict {
			switch {
			case h.Woken < wake:
				return lot.Wake
			case h.Moved < move:
				return lot.Move
			}
			return lot.Stop
		})
		h.Release()
		y.counted += h.Woken
		y.moved += h.Moved
	})
}

// exact: each wake that was counted ended one wait, and nobody is left in the books wrongly.
func (y *yard) exact() {
	if y.woken != y.counted {
		y.Errorf("%d were woken, and %d counted", y.woken, y.counted)
	}
	if err := lot.CheckBooks(y.l); err != nil {
		y.Errorf("the books: %v", err)
	}
}

// requeueToLock moves those who wait under from to the queue of a lock, the value, if that is locked, and
// marks it; otherwise it wakes them.
func (y *yard) requeueToLock(name string, from, to int) {
	y.Go(name, func() {
		h := holdBoth(y.l, from, bit32(from), to, bit32(to))
		verdict := lot.Wake
		if y.value.CompareAndSwap(locked, locked|marked) {
			verdict = lot.Move
		}
		h.Visit(func(*lot.Waiter[int]) lot.Verdict { return verdict })
		h.Release()
		y.counted += h.Woken
	})
}

// unlock unlocks, and wakes those who wait under key if the lock is marked.
func (y *yard) unlock(name string, key int) {
	y.Go(name, func() {
		if y.value.Swap(0) == locked|marked {
			y.wake(key, 9)
		}
	})
}

const locked, marked = 1, 2

// Who is moved to a lock's queue is there for its holder, who finds the mark and asks the count without a lock.
func TestEveryRequeueToALock(t *testing.T) {
	explore.Run(t, explore.Scenario{Name: "requeue,unlock", Build: func(e *explore.Env) {
		y := newYard(e, 4)
		var w lot.Waiter[int]
		y.value.Store(locked)
		y.l.Prepare(&w, 0, 0, nil)
		e.Go("w", func() { y.note(lot.Sleep[int, int](y.l, &w, nil, nil)) })
		y.requeueToLock("requeue", 0, 1)
		y.unlock("unlock", 1)
		e.Check(y.exact)
	}})
}

func TestEveryWaitAndWake(t *testing.T) {
	explore.Run(t,
		// Nobody sleeps for a value that has changed.
		explore.Scenario{Name: "wait,notify", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.wait("a", 0)
			y.notify("notify", 0, 1)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "wait,wait,notify all", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.wait("a", 0)
			y.wait("b", 0)
			y.notify("notify", 0, 9)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "wait,other key of the bucket,notify both", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.wait("a", 0)
			y.wait("b", 2)
			y.notify("notify a", 0, 1)
			y.notify("notify b", 2, 1)
			e.Check(y.exact)
		}},
		// Who finishes without having looked sees the kick out before it serves again.
		explore.Scenario{Name: "finish,notify,again", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			e.Go("a", func() {
				var a lot.Waiter[int]
				y.l.Prepare(&a, 0, 0, nil)
				y.note(y.l.Finish(&a))
				y.l.Prepare(&a, 1, bit32(1), nil)
				if y.l.Finish(&a) {
					y.Errorf("woken by nobody")
				}
			})
			y.notify("notify", 0, 1)
			e.Check(y.exact)
		}},
		// The first of those who are woken serves again at once, and the second is told all the same.
		explore.Scenario{Name: "wake two,the first serves again", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			var a, b lot.Waiter[int]
			y.l.Prepare(&a, 0, 0, nil)
			y.l.Prepare(&b, 0, 0, nil)
			e.Go("a", func() {
				y.note(lot.Sleep[int, int](y.l, &a, nil, nil))
				y.l.Prepare(&a, 1, bit32(1), nil)
				if y.l.Finish(&a) {
					y.Errorf("woken by nobody")
				}
			})
			e.Go("b", func() { y.note(lot.Sleep[int, int](y.l, &b, nil, nil)) })
			e.Go("wake", func() { y.wake(0, 2) })
			e.Check(y.exact)
		}},
		// The first table is made meanwhile.
		explore.Scenario{Name: "first wait,notify", Build: func(e *explore.Env) {
			y := &yard{Env: e, l: lot.NewSmall[int](2, 4)}
			y.wait("a", 0)
			y.notify("notify", 0, 1)
			y.wait("b", 1).MaySleep()
			e.Check(y.exact)
		}},
	)
}

// A wait that gives up while it is woken was woken, or the wake went to the other one.
func TestEveryTimeout(t *testing.T) {
	explore.Run(t,
		explore.Scenario{Name: "wait,cancel,notify", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.timed("a", 0)
			y.notify("notify", 0, 1)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "wait,cancel,wait,notify one", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.timed("a", 0)
			y.wait("b", 0).MaySleep()
			y.notify("notify", 0, 1)
			e.Check(func() {
				y.exact()
				if y.gaveUp == 1 && y.woken+y.refused == 0 {
					y.Errorf("one gave up, and the other was not woken")
				}
			})
		}},
		// The record serves again at once, and gets no token of before.
		explore.Scenario{Name: "wait,cancel,notify,again", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			ctx, cancel := e.Context()
			e.Go("a", func() {
				var w lot.Waiter[int]
				y.l.Prepare(&w, 0, 0, nil)
				y.note(lot.Sleep(y.l, &w, ctx.Done(), nil))
				if y.l.Prepare(&w, 1, bit32(1), y.isZero) {
					y.note(lot.Sleep[int, int](y.l, &w, nil, nil))
				}
			})
			e.Go("cancel", cancel)
			e.Go("wake", func() { y.wake(0, 1) })
			y.notify("wake again", 1, 1)
			e.Check(y.exact)
		}},
	)
}

// A record with its channel given out: who selects on it, and finishes, was told exactly once.
func TestEveryExposed(t *testing.T) {
	explore.Run(t,
		explore.Scenario{Name: "prepare+finish,notify", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			e.Go("a", func() {
				var w lot.Waiter[int]
				w.Expose()
				y.l.Prepare(&w, 0, 0, nil)
				y.note(y.l.Finish(&w))
				y.l.Prepare(&w, 2, bit32(2), nil)
				if c := w.Bed(); len(c) > 0 {
					y.Errorf("a token of before")
				}
				y.note(y.l.Finish(&w))
			})
			y.notify("notify", 0, 1)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "prepare+receive+finish,notify", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			var w lot.Waiter[int]
			w.Expose()
			y.l.Prepare(&w, 0, 0, nil)
			e.Go("a", func() {
				e.Receive(w.Bed())
				y.note(y.l.Finish(&w))
				y.l.Prepare(&w, 2, bit32(2), nil)
				y.note(y.l.Finish(&w))
			})
			y.notify("notify", 0, 1)
			e.Check(y.exact)
		}},
	)
}

// The table grows between any two steps.
func TestEveryGrowth(t *testing.T) {
	// settle puts keys there, whose owners are nobody's business: the next key of a bucket
	// that has two makes the table grow.
	settle := func(y *yard, keys ...int) {
		for _, k := range keys {
			if !y.l.Prepare(new(lot.Waiter[int]), k, bit32(k), nil) {
				y.Errorf("refused")
			}
		}
		if n := y.l.Buckets(); n != 2 {
			y.Errorf("%d buckets before", n)
		}
	}
	explore.Run(t,
		explore.Scenario{Name: "wait and grow,notify", Build: func(e *explore.Env) {
			y := newYard(e, 2)
			settle(y, 4, 6)
			y.wait("a", 0)
			y.notify("notify", 0, 1)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "wait,another grows,notify", Build: func(e *explore.Env) {
			y := newYard(e, 2)
			settle(y, 4, 6, 3)
			y.wait("a", 1)
			y.wait("b", 2).MaySleep()
			y.notify("notify", 1, 1)
			e.Check(func() {
				y.exact()
				if y.refused == 0 && y.l.Buckets() == 2 {
					y.Errorf("it has not grown")
				}
			})
		}},
		explore.Scenario{Name: "waits already,another grows,notify", Build: func(e *explore.Env) {
			y := newYard(e, 2)
			settle(y, 4, 5)
			var w lot.Waiter[int]
			y.l.Prepare(&w, 2, bit32(2), nil)
			e.Go("a", func() { y.note(lot.Sleep[int, int](y.l, &w, nil, nil)) })
			e.Go("b", func() { y.l.Prepare(new(lot.Waiter[int]), 8, bit32(8), nil) })
			y.notify("notify", 2, 1)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "cancel,another grows,notify", Build: func(e *explore.Env) {
			y := newYard(e, 2)
			settle(y, 4, 6, 3)
			y.timed("a", 1)
			y.wait("b", 2).MaySleep()
			y.notify("notify", 1, 1)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "two grow,notify", Build: func(e *explore.Env) {
			y := newYard(e, 2)
			settle(y, 4, 6)
			y.wait("a", 0)
			y.wait("b", 2).MaySleep()
			y.notify("notify", 0, 1)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "requeue while it grows", Build: func(e *explore.Env) {
			y := newYard(e, 2)
			settle(y, 4, 6)
			var w lot.Waiter[int]
			y.l.Prepare(&w, 1, bit32(1), nil)
			e.Go("a", func() { y.note(lot.Sleep[int, int](y.l, &w, nil, nil)) })
			e.Go("b", func() { y.l.Prepare(new(lot.Waiter[int]), 8, bit32(8), nil) })
			e.Go("requeue and wake", func() {
				h := holdBoth(y.l, 1, bit32(1), 2, bit32(2))
				h.Visit(func(*lot.Waiter[int]) lot.Verdict { return lot.Move })
				h.Release()
				y.wake(2, 1)
			})
			e.Check(y.exact)
		}},
	)
}

// Who is moved is in one place or the other: no wake of both misses it, and it can withdraw.
func TestEveryRequeue(t *testing.T) {
	explore.Run(t,
		explore.Scenario{Name: "requeue,then wake there", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			var a, b lot.Waiter[int]
			y.l.Prepare(&a, 0, 0, nil)
			y.l.Prepare(&b, 0, 0, nil)
			e.Go("a", func() { y.note(lot.Sleep[int, int](y.l, &a, nil, nil)) })
			e.Go("b", func() { y.note(lot.Sleep[int, int](y.l, &b, nil, nil)) })
			e.Go("requeue", func() {
				h := holdBoth(y.l, 0, 0, 1, bit32(1))
				h.Visit(func(*lot.Waiter[int]) lot.Verdict {
					if h.Woken == 0 {
						return lot.Wake
					}
					return lot.Move
				})
				h.Release()
				y.counted += h.Woken
				y.wake(1, 1)
			})
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "requeue,cancel,wake there", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.timed("a", 0)
			y.requeue("requeue", 0, 1, 0, 9)
			e.Go("wake", func() { y.wake(1, 9) })
			e.Check(y.exact)
		}},
		// The two locks are taken in one order.
		explore.Scenario{Name: "requeue there and back", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.wait("a", 0).MaySleep()
			y.requeue("there", 0, 1, 0, 1)
			y.requeue("back", 1, 0, 0, 1)
			e.Check(y.exact)
		}},
		explore.Scenario{Name: "requeue to itself", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.wait("a", 0).MaySleep()
			y.requeue("itself", 0, 0, 0, 9)
			y.requeue("neighbour", 0, 2, 0, 9)
			e.Check(y.exact)
		}},
		// A waker that looks at both keys, in the order in which they are moved, finds it.
		explore.Scenario{Name: "requeue,notify both", Build: func(e *explore.Env) {
			y := newYard(e, 4)
			y.wait("a", 0)
			y.requeue("requeue", 0, 1, 0, 9)
			e.Go("notify", func() {
				y.value.Store(1)
				y.wake(0, 9)
				y.wake(1, 9)
			})
			e.Check(y.exact)
		}},
	)
}
