package doorbell_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/waitcell"
)

// A submission while the loop is busy. The first implementation is what cannot be saved.
func BenchmarkPublishBusy(b *testing.B) {
	b.Run("impl=add", func(b *testing.B) {
		n := new(atomic.Uint64)
		for b.Loop() {
			n.Add(2)
		}
	})
	b.Run("impl=doorbell", func(b *testing.B) {
		d := newDoorbell(b)
		for b.Loop() {
			d.Publish()
		}
	})
	b.Run("impl=eventfd", func(b *testing.B) { // a write per submission
		d := newDoorbell(b)
		for b.Loop() {
			d.Ring()
		}
	})
	b.Run("impl=rawwrite", func(b *testing.B) { benchmarkWrite(b) }) // the same, the system call alone
	b.Run("impl=chan", func(b *testing.B) {
		c := make(chan struct{}, 1024)
		for b.Loop() {
			select {
			case c <- struct{}{}:
			default:
				for range cap(c) {
					<-c
				}
				c <- struct{}{}
			}
		}
	})
	b.Run("impl=cell", func(b *testing.B) {
		var c waitcell.Cell
		for b.Loop() {
			c.Wake()
		}
	})
}

// From a wake to the sleeper running, and back the same way: two goroutines take turns,
// each asleep when the other wakes it.
func BenchmarkWakeFromIdle(b *testing.B) {
	b.Run("impl=eventfd", func(b *testing.B) { benchmarkRead(b) })
	b.Run("impl=doorbell", func(b *testing.B) {
		x, y := newDoorbell(b), newDoorbell(b)
		wait := func(d *doorbell.Doorbell) func() {
			ctx, processed := context.Background(), uint64(0)
			return func() {
				for s := processed; s == processed; {
					s, _ = d.Await(ctx, processed)
				}
				processed++
			}
		}
		pingPong(b, x.Publish, wait(x), y.Publish, wait(y))
	})
	b.Run("impl=chan", func(b *testing.B) {
		x, y := make(chan struct{}, 1), make(chan struct{}, 1)
		pingPong(b,
			func() { x <- struct{}{} }, func() { <-x },
			func() { y <- struct{}{} }, func() { <-y })
	})
}

// pingPong runs b.N round trips: we wake x and wait for y, the other goroutine
// waits for x and wakes y.
func pingPong(b *testing.B, wakeX, waitX, wakeY, waitY func()) {
	b.ReportAllocs()
	n := b.N
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range n {
			waitX()
			wakeY()
		}
	}()
	b.ResetTimer()
	for range n {
		wakeX()
		waitY()
	}
	<-done
}
