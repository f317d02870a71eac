package waitqueue_test

import (
	"context"
	"sync"
	"testing"

	"github.com/rouse-go/rouse/internal/trial"
	"github.com/rouse-go/rouse/waitqueue"
)

// Two goroutines take turns, while as many compute as there are Ps.
func BenchmarkQueueRoundTripLoaded(b *testing.B) {
	ctx := context.Background()
	b.Run("impl=chan", func(b *testing.B) {
		x, y := make(chan struct{}, 1), make(chan struct{}, 1)
		defer trial.Others(b, -1)()
		pingPong(b,
			func() { x <- struct{}{} }, func() { <-x },
			func() { y <- struct{}{} }, func() { <-y })
	})
	b.Run("impl=queue", func(b *testing.B) {
		var x, y waitqueue.Queue
		defer trial.Others(b, -1)()
		pingPong(b,
			func() { x.Wake() }, func() { x.Wait(ctx) },
			func() { y.Wake() }, func() { y.Wait(ctx) })
	})
}

// The same by Wait and Signal.
func BenchmarkCondRoundTripLoaded(b *testing.B) {
	for _, impl := range condvars {
		b.Run("impl="+impl.name, func(b *testing.B) {
			var mu sync.Mutex
			x, y := impl.make(&mu), impl.make(&mu)
			defer trial.Others(b, -1)()
			condPingPong(b, x.Wait, y.Wait, x.Signal, y.Signal, &mu)
		})
	}
}
