package bench

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

type channel = chan struct{}

// chan1 is a channel of capacity one, as most people write a wake that is not lost.
func chan1() primitive {
	return primitive{
		name: "chan (cap 1)",
		stored: func(b *B) {
			c := make(channel, 1)
			c <- struct{}{}
			b.Start()
			for range b.N {
				select {
				case c <- struct{}{}:
				default:
				}
			}
			b.Stop()
			b.Expect("wakes stored", len(c), 1)
		},
		wakeWait: func(b *B) {
			c := make(channel, 1)
			b.Start()
			for range b.N {
				c <- struct{}{}
				<-c
			}
			b.Stop()
			b.Expect("wakes left", len(c), 0)
		},
		timeout: func(b *B) {
			c, expired := make(channel, 1), 0
			b.Start()
			for range b.N {
				t := time.NewTimer(1)
				select {
				case <-c:
				case <-t.C:
					expired++
				}
				t.Stop()
			}
			b.Stop()
			b.Expect("timeouts", expired, b.N)
		},
		pair:        func(context.Context) pair { return chanPair(1) },
		pairContext: func(ctx context.Context) pair { return chanPairContext(ctx, 1) },
		signal:      func() signal { return chanSignal(1) },
		crowd:       func() signal { return chanSignal(1) },
		events: func() events {
			c, count := make(channel, 1), new(atomic.Int64)
			return events{
				post: func(n int) {
					for range n {
						count.Add(1)
						select {
						case c <- struct{}{}:
						default:
						}
					}
				},
				take: func() int { <-c; return int(count.Swap(0)) },
			}
		},
		storm: func(int) func(context.Context, int) error {
			c := make(channel, 1)
			return func(ctx context.Context, _ int) error {
				select {
				case <-c:
					return nil
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
		},
		object: func(bool) any { return make(channel, 1) },
	}
}

// chan0 is a channel that does not store: a send waits for its receiver.
func chan0() primitive {
	return primitive{
		name:        "chan (cap 0)",
		pair:        func(context.Context) pair { return chanPair(0) },
		pairContext: func(ctx context.Context) pair { return chanPairContext(ctx, 0) },
		signal:      func() signal { return chanSignal(0) },
		crowd:       func() signal { return chanSignal(0) },
		events:      func() events { return chanEvents(0) },
		object:      func(bool) any { return make(channel) },
	}
}

// chan128 is a channel with room for every event.
func chan128() primitive {
	return primitive{
		name:   "chan (cap 128)",
		events: func() events { return chanEvents(128) },
	}
}

func chanPair(capacity int) pair {
	x, y, ball := make(channel, capacity), make(channel, capacity), ball(0)
	return pair{
		ping: func(n int) (bad int) {
			for range n {
				ball++
				x <- struct{}{}
				<-y
				bad += int(ball & 1)
			}
			return bad
		},
		pong: func(n int) (bad int) {
			for range n {
				<-x
				ball++
				bad += int(ball & 1)
				y <- struct{}{}
			}
			return bad
		},
	}
}

func chanPairContext(ctx context.Context, capacity int) pair {
	x, y, ball := make(channel, capacity), make(channel, capacity), ball(0)
	return pair{
		ping: func(n int) (bad int) {
			for range n {
				ball++
				x <- struct{}{}
				select {
				case <-y:
				case <-ctx.Done():
					bad++
				}
				bad += int(ball & 1)
			}
			return bad
		},
		pong: func(n int) (bad int) {
			for range n {
				select {
				case <-x:
				case <-ctx.Done():
					bad++
				}
				ball++
				bad += int(ball & 1)
				y <- struct{}{}
			}
			return bad
		},
	}
}

func chanSignal(capacity int) signal {
	c := make(channel, capacity)
	return signal{wake: func() { c <- struct{}{} }, wait: func() { <-c }}
}

func chanEvents(capacity int) events {
	c := make(channel, capacity)
	return events{
		post: func(n int) {
			for range n {
				c <- struct{}{}
			}
		},
		take: func() int { <-c; return 1 },
	}
}

// closeChan is a channel that is closed to wake all, and replaced by the next one.
func closeChan() primitive {
	return primitive{
		name: "close(chan)",
		meeting: func(_ int, arrive func()) meeting {
			var now atomic.Pointer[channel]
			next := func() *channel { c := make(channel); return &c }
			now.Store(next())
			return meeting{
				wait: func(int, int) {
					c := now.Load()
					arrive()
					<-*c
				},
				tell: func(int) { close(*now.Swap(next())) },
			}
		},
		pairContext: func(ctx context.Context) pair {
			var mu sync.Mutex
			x, y := &closeCond{l: &mu, c: make(channel)}, &closeCond{l: &mu, c: make(channel)}
			return lockedPair(&mu, x.broadcast, y.broadcast,
				func() error { return x.wait(ctx) }, func() error { return y.wait(ctx) })
		},
	}
}

// closeCond is a condition variable with a context, in the shortest way that is right.
type closeCond struct {
	l sync.Locker
	c channel
}

func (c *closeCond) wait(ctx context.Context) error {
	ch := c.c
	c.l.Unlock()
	defer c.l.Lock()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *closeCond) broadcast() {
	close(c.c)
	c.c = make(channel)
}
