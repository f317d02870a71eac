package osbridge_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"github.com/rouse-go/rouse/waitcell"
)

// A pair of signals between two goroutines locked to their threads.
type pair struct {
	name string
	pair func() (wake, wait [2]func())
}

func pairs(ctx context.Context) []pair {
	cells := func(wait func(*waitcell.Cell) error) func() (wake, wait [2]func()) {
		return func() (wk, wt [2]func()) {
			var c [2]waitcell.Cell
			for i := range c {
				wk[i] = func() { c[i].Wake() }
				wt[i] = func() {
					if err := wait(&c[i]); err != nil {
						panic(err)
					}
				}
			}
			return wk, wt
		}
	}
	return []pair{
		{"osbridge", cells(func(c *waitcell.Cell) error { return osbridge.Wait(context.Background(), c) })},
		{"osbridge-ctx", cells(func(c *waitcell.Cell) error { return osbridge.Wait(ctx, c) })},
		{"osbridge-kernel", cells(func(c *waitcell.Cell) error {
			return osbridge.Policy{Spin: -1, Kernel: osbridge.Forever}.Wait(context.Background(), c)
		})},
		{"chan", func() (wk, wt [2]func()) {
			for i := range wk {
				c := make(chan struct{}, 1)
				wk[i] = func() { c <- struct{}{} }
				wt[i] = func() { <-c }
			}
			return wk, wt
		}},
		{"chan-ctx", func() (wk, wt [2]func()) {
			for i := range wk {
				c := make(chan struct{}, 1)
				wk[i] = func() { c <- struct{}{} }
				wt[i] = func() {
					select {
					case <-c:
					case <-ctx.Done():
					}
				}
			}
			return wk, wt
		}},
		{"cell", cells(func(c *waitcell.Cell) error { return c.Wait(context.Background()) })},
		{"futex", func() (wk, wt [2]func()) {
			words := new([2]atomic.Uint32)
			for i := range wk {
				addr := addressOf(&words[i])
				wk[i] = func() { words[i].Store(1); waitaddr.WakeOne(addr) }
				wt[i] = func() {
					for !words[i].CompareAndSwap(1, 0) {
						waitaddr.Wait(addr, 0)
					}
				}
			}
			return wk, wt
		}},
		{"spinning", func() (wk, wt [2]func()) { // the floor: a cache line that goes to and fro
			words := new([2]atomic.Uint32)
			for i := range wk {
				wk[i] = func() { words[i].Store(1) }
				wt[i] = func() {
					for n := 0; !words[i].CompareAndSwap(1, 0); n++ {
						if n&1023 == 1023 {
							runtime.Gosched()
						}
					}
				}
			}
			return wk, wt
		}},
	}
}

// Two locked goroutines answer each other; at is the time from one round to the next.
func BenchmarkLockedRoundTrip(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for _, p := range pairs(ctx) {
		b.Run("impl="+p.name, func(b *testing.B) {
			b.ReportAllocs()
			p.bounce(b)
		})
	}
}

// bounce is b.N rounds between two goroutines locked to their threads.
func (p pair) bounce(b *testing.B) {
	wake, wait := p.pair()
	done := make(chan struct{})
	n := b.N
	go func() {
		defer close(done)
		runtime.LockOSThread() // and the thread ends with the goroutine
		for range n {
			wait[0]()
			wake[1]()
		}
	}()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.ResetTimer()
	for range n {
		wake[0]()
		wait[1]()
	}
	b.StopTimer()
	<-done
}
