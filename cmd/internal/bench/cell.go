package bench

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/rouse-go/rouse/waitcell"
)

func cell() primitive {
	return primitive{
		name: "Cell",
		ours: true,
		stored: func(b *B) {
			c := new(waitcell.Cell)
			c.Wake()
			b.Start()
			for range b.N {
				c.Wake()
			}
			b.Stop()
			b.Expect("wakes stored", drain(c.Poll), 1)
		},
		wakeWait: func(b *B) {
			c, ctx, bad := new(waitcell.Cell), b.ctx, 0
			b.Start()
			for range b.N {
				c.Wake()
				if c.Wait(ctx) != nil {
					bad++
				}
			}
			b.Stop()
			b.Expect("failed waits", bad+drain(c.Poll), 0)
		},
		timeout: func(b *B) {
			c, expired := new(waitcell.Cell), 0
			b.Start()
			for range b.N {
				if errors.Is(c.WaitTimeout(1), context.DeadlineExceeded) {
					expired++
				}
			}
			b.Stop()
			b.Expect("timeouts", expired, b.N)
		},
		pair:        cellPair,
		pairContext: cellPair,
		signal: func() signal {
			c := new(waitcell.Cell)
			return signal{wake: func() { c.Wake() }, wait: func() { c.Wait(background) }}
		},
		events: func() events {
			c, count := new(waitcell.Cell), new(atomic.Int64)
			return events{
				post: func(n int) {
					for range n {
						count.Add(1)
						c.Wake()
					}
				},
				take: func() int { c.Wait(background); return int(count.Swap(0)) },
			}
		},
		meeting: func(waiters int, arrive func()) meeting { // a cell for each
			cells := make([]waitcell.Cell, waiters)
			return meeting{
				wait: func(i, _ int) {
					arrive()
					cells[i].Wait(background)
				},
				tell: func(int) {
					for i := range cells {
						cells[i].Wake()
					}
				},
			}
		},
		storm: func(waiters int) func(context.Context, int) error {
			cells := make([]waitcell.Cell, waiters)
			return func(ctx context.Context, i int) error { return cells[i].Wait(ctx) }
		},
		object: func(slept bool) any {
			c := new(waitcell.Cell)
			if slept {
				c.WaitTimeout(1)
			}
			return c
		},
	}
}

func cellPair(ctx context.Context) pair {
	var (
		x, y waitcell.Cell
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

// cellBind is a Cell whose loop gave the context once.
func cellBind() primitive {
	return primitive{
		name: "Cell.Bind",
		ours: true,
		wakeWait: func(b *B) {
			c, bad := new(waitcell.Cell), 0
			bound := c.Bind(b.ctx)
			defer bound.Release()
			b.Start()
			for range b.N {
				c.Wake()
				if bound.Wait() != nil {
					bad++
				}
			}
			b.Stop()
			b.Expect("failed waits", bad+drain(c.Poll), 0)
		},
		pairContext: func(ctx context.Context) pair {
			var (
				x, y waitcell.Cell
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
		storm: func(waiters int) func(context.Context, int) error {
			cells := make([]waitcell.Cell, waiters)
			return func(ctx context.Context, i int) error {
				bound := cells[i].Bind(ctx)
				defer bound.Release()
				return bound.Wait()
			}
		},
	}
}

// cellSubscribe registers before the act that leads to the wake.
func cellSubscribe() primitive {
	return primitive{
		name: "Cell.Subscribe",
		ours: true,
		pairContext: func(ctx context.Context) pair {
			var (
				x, y waitcell.Cell
				ball ball
			)
			return pair{
				ping: func(n int) (bad int) {
					for range n {
						ball++
						sub := y.Subscribe()
						x.Wake()
						if sub.Wait(ctx) != nil {
							bad++
						}
						bad += int(ball & 1)
					}
					return bad
				},
				pong: func(n int) (bad int) {
					for range n {
						sub := x.Subscribe()
						if sub.Wait(ctx) != nil {
							bad++
						}
						ball++
						bad += int(ball & 1)
						y.Wake()
					}
					return bad
				},
			}
		},
	}
}

// drain takes what is stored, and returns how many wakes that were.
func drain(poll func() (bool, error)) (n int) {
	for {
		if woken, _ := poll(); !woken {
			return n
		}
		n++
	}
}
