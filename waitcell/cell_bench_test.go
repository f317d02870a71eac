package waitcell_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/waitcell"
)

// Each benchmark is one scenario with several implementations; impl=cell, and
// impl=bound where it stands, are ours. `make bench` runs them interleaved and
// prints the ratios.

// A redundant wake: one is stored already, and nobody waits.
func BenchmarkWakeStored(b *testing.B) {
	b.Run("impl=or", func(b *testing.B) {
		var w atomic.Uint32
		for b.Loop() {
			w.Or(4)
		}
	})
	b.Run("impl=cell", func(b *testing.B) {
		var c waitcell.Cell
		c.Wake()
		for b.Loop() {
			c.Wake()
		}
	})
	b.Run("impl=chan", func(b *testing.B) {
		c := make(chan struct{}, 1)
		for b.Loop() {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	})
}

// One goroutine wakes, then waits.
func BenchmarkWakeWait(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.Run("impl=chan", func(b *testing.B) {
		c := make(chan struct{}, 1)
		for b.Loop() {
			c <- struct{}{}
			<-c
		}
	})
	b.Run("impl=cell", func(b *testing.B) {
		var c waitcell.Cell
		for b.Loop() {
			c.Wake()
			c.Wait(ctx)
		}
	})
}

// turns runs ping(n) here and pong(n) on another goroutine. The loops are written out
// in each: a call around a wait would cost as much as some of what is measured.
func turns(b *testing.B, ping, pong func(n int)) {
	b.ReportAllocs()
	n := b.N
	done := make(chan struct{})
	go func() {
		defer close(done)
		pong(n)
	}()
	b.ResetTimer()
	ping(n)
	<-done
}

// receive is the wait on a channel as a call: what any type's Wait is at the least. After a
// switch of goroutines the processor mispredicts the return from it.
//
//go:noinline
func receive(c chan struct{}) { <-c }

//go:noinline
func receiveContext(ctx context.Context, c chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func chanTurns(b *testing.B) {
	x, y := make(chan struct{}, 1), make(chan struct{}, 1)
	turns(b, func(n int) {
		for range n {
			x <- struct{}{}
			<-y
		}
	}, func(n int) {
		for range n {
			<-x
			y <- struct{}{}
		}
	})
}

func cellTurns(b *testing.B) {
	var x, y waitcell.Cell
	ctx := context.Background()
	turns(b, func(n int) {
		for range n {
			x.Wake()
			y.Wait(ctx)
		}
	}, func(n int) {
		for range n {
			x.Wait(ctx)
			y.Wake()
		}
	})
}

// Two goroutines take turns, and no wait can be cancelled.
func BenchmarkRoundTrip(b *testing.B) {
	b.Run("impl=chan", chanTurns)
	b.Run("impl=chancall", func(b *testing.B) {
		x, y := make(chan struct{}, 1), make(chan struct{}, 1)
		turns(b, func(n int) {
			for range n {
				x <- struct{}{}
				receive(y)
			}
		}, func(n int) {
			for range n {
				receive(x)
				y <- struct{}{}
			}
		})
	})
	b.Run("impl=cell", cellTurns)
	b.Run("impl=cond", func(b *testing.B) {
		x, y := newFlag(), newFlag()
		turns(b, func(n int) {
			for range n {
				x.set()
				y.wait()
			}
		}, func(n int) {
			for range n {
				x.wait()
				y.set()
			}
		})
	})
}

// Two goroutines take turns, and every wait can be cancelled.
func BenchmarkRoundTripContext(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.Run("impl=chan", func(b *testing.B) {
		x, y := make(chan struct{}, 1), make(chan struct{}, 1)
		turns(b, func(n int) {
			for range n {
				x <- struct{}{}
				select {
				case <-y:
				case <-ctx.Done():
				}
			}
		}, func(n int) {
			for range n {
				select {
				case <-x:
				case <-ctx.Done():
				}
				y <- struct{}{}
			}
		})
	})
	b.Run("impl=chancall", func(b *testing.B) {
		x, y := make(chan struct{}, 1), make(chan struct{}, 1)
		turns(b, func(n int) {
			for range n {
				x <- struct{}{}
				receiveContext(ctx, y)
			}
		}, func(n int) {
			for range n {
				receiveContext(ctx, x)
				y <- struct{}{}
			}
		})
	})
	b.Run("impl=cell", func(b *testing.B) {
		var x, y waitcell.Cell
		turns(b, func(n int) {
			for range n {
				x.Wake()
				y.Wait(ctx)
			}
		}, func(n int) {
			for range n {
				x.Wait(ctx)
				y.Wake()
			}
		})
	})
	b.Run("impl=bound", func(b *testing.B) {
		var x, y waitcell.Cell
		bx, by := x.Bind(ctx), y.Bind(ctx)
		defer bx.Release()
		defer by.Release()
		turns(b, func(n int) {
			for range n {
				x.Wake()
				by.Wait()
			}
		}, func(n int) {
			for range n {
				bx.Wait()
				y.Wake()
			}
		})
	})
	b.Run("impl=subscribe", func(b *testing.B) {
		var x, y waitcell.Cell
		turns(b, func(n int) {
			for range n {
				sub := y.Subscribe()
				x.Wake()
				sub.Wait(ctx)
			}
		}, func(n int) {
			for range n {
				sub := x.Subscribe()
				sub.Wait(ctx)
				y.Wake()
			}
		})
	})
}

// A wait that times out. The timer is nearly all of it.
func BenchmarkTimeout(b *testing.B) {
	b.Run("impl=chan", func(b *testing.B) {
		b.ReportAllocs()
		c := make(chan struct{}, 1)
		for b.Loop() {
			t := time.NewTimer(1)
			select {
			case <-c:
			case <-t.C:
			}
			t.Stop()
		}
	})
	b.Run("impl=cell", func(b *testing.B) {
		b.ReportAllocs()
		var c waitcell.Cell
		for b.Loop() {
			c.WaitTimeout(1)
		}
	})
}

// flag is what one would write with a mutex and a condition variable.
type flag struct {
	mu   sync.Mutex
	cond sync.Cond
	up   bool
}

func newFlag() *flag {
	f := new(flag)
	f.cond.L = &f.mu
	return f
}

func (f *flag) set() {
	f.mu.Lock()
	f.up = true
	f.mu.Unlock()
	f.cond.Signal()
}

func (f *flag) wait() {
	f.mu.Lock()
	for !f.up {
		f.cond.Wait()
	}
	f.up = false
	f.mu.Unlock()
}
