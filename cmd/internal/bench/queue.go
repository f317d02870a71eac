package bench

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/rouse-go/rouse/waitqueue"
)

func queue() primitive {
	one := func() signal {
		q := new(waitqueue.Queue)
		return signal{wake: func() { q.Wake() }, wait: func() { q.Wait(background) }}
	}
	return primitive{
		name: "Queue",
		ours: true,
		stored: func(b *B) {
			q := new(waitqueue.Queue)
			q.Wake()
			b.Start()
			for range b.N {
				q.Wake()
			}
			b.Stop()
			b.Expect("wakes stored", drain(q.Poll), 1)
		},
		nobody: func(b *B) {
			q, woken := new(waitqueue.Queue), 0
			b.Start()
			for range b.N {
				if q.Signal() {
					woken++
				}
			}
			b.Stop()
			b.Expect("wakes stored or taken", woken+drain(q.Poll), 0)
		},
		wakeWait: func(b *B) {
			q, ctx, bad := new(waitqueue.Queue), b.ctx, 0
			b.Start()
			for range b.N {
				q.Wake()
				if q.Wait(ctx) != nil {
					bad++
				}
			}
			b.Stop()
			b.Expect("failed waits", bad+drain(q.Poll), 0)
		},
		timeout: func(b *B) {
			q, expired := new(waitqueue.Queue), 0
			b.Start()
			for range b.N {
				if errors.Is(q.WaitTimeout(1), context.DeadlineExceeded) {
					expired++
				}
			}
			b.Stop()
			b.Expect("timeouts", expired, b.N)
		},
		pair:        queuePair,
		pairContext: queuePair,
		signal:      one,
		crowd:       one,
		events: func() events {
			q, count := new(waitqueue.Queue), new(atomic.Int64)
			return events{
				post: func(n int) {
					for range n {
						count.Add(1)
						q.Wake()
					}
				},
				take: func() int { q.Wait(background); return int(count.Swap(0)) },
			}
		},
		meeting: func(_ int, arrive func()) meeting {
			q := new(waitqueue.Queue)
			return meeting{
				wait: func(int, int) {
					sub := q.Subscribe()
					arrive()
					sub.Wait(background)
				},
				tell: func(int) { q.WakeAll() },
			}
		},
		storm: func(int) func(context.Context, int) error {
			q := new(waitqueue.Queue)
			return func(ctx context.Context, _ int) error { return q.Wait(ctx) }
		},
		object: func(slept bool) any {
			q := new(waitqueue.Queue)
			if slept {
				q.WaitTimeout(1)
			}
			return q
		},
	}
}

func queuePair(ctx context.Context) pair {
	var (
		x, y waitqueue.Queue
		ball ball
	)
	return pair{
		ping: func(n int) (bad int) {
			for range n {
				ball++
				x.Wake()
				if y.Wait(ctx) != nil {
					bad++
				}
				bad += int(ball & 1)
			}
			return bad
		},
		pong: func(n int) (bad int) {
			for range n {
				if x.Wait(ctx) != nil {
					bad++
				}
				ball++
				bad += int(ball & 1)
				y.Wake()
			}
			return bad
		},
	}
}

// queueBind is a Queue whose loop gave the context once.
func queueBind() primitive {
	return primitive{
		name: "Queue.Bind",
		ours: true,
		pairContext: func(ctx context.Context) pair {
			var (
				x, y waitqueue.Queue
				ball ball
			)
			bx, by := x.Bind(ctx), y.Bind(ctx)
			return pair{
				ping: func(n int) (bad int) {
					for range n {
						ball++
						x.Wake()
						if by.Wait() != nil {
							bad++
						}
						bad += int(ball & 1)
					}
					return bad
				},
				pong: func(n int) (bad int) {
					for range n {
						if bx.Wait() != nil {
							bad++
						}
						ball++
						bad += int(ball & 1)
						y.Wake()
					}
					return bad
				},
				over: func() { bx.Release(); by.Release() },
			}
		},
	}
}

// cond is waitqueue.Cond, with the mutex and the flag or number that it needs.
func cond() primitive {
	p := condPrimitive("Cond", func(l sync.Locker) condvar { return waitqueue.NewCond(l) })
	p.ours = true
	p.pairContext = func(ctx context.Context) pair {
		var mu sync.Mutex
		x, y := waitqueue.NewCond(&mu), waitqueue.NewCond(&mu)
		return lockedPair(&mu, x.Signal, y.Signal,
			func() error { return x.WaitContext(ctx) }, func() error { return y.WaitContext(ctx) })
	}
	p.timeout = func(b *B) {
		var mu sync.Mutex
		c, expired := waitqueue.NewCond(&mu), 0
		mu.Lock()
		defer mu.Unlock()
		b.Start()
		for range b.N {
			if errors.Is(c.WaitTimeout(1), context.DeadlineExceeded) {
				expired++
			}
		}
		b.Stop()
		b.Expect("timeouts", expired, b.N)
	}
	p.storm = func(int) func(context.Context, int) error {
		var mu sync.Mutex
		c := waitqueue.NewCond(&mu)
		return func(ctx context.Context, _ int) error {
			mu.Lock()
			defer mu.Unlock()
			return c.WaitContext(ctx)
		}
	}
	p.object = func(slept bool) any {
		o := new(struct {
			mu   sync.Mutex
			cond waitqueue.Cond
			flag bool
		})
		o.cond.L = &o.mu
		if slept {
			o.mu.Lock()
			o.cond.WaitTimeout(1)
			o.mu.Unlock()
		}
		return o
	}
	return p
}
