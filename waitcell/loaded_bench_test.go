package waitcell_test

import (
	"context"
	"testing"

	"github.com/rouse-go/rouse/internal/trial"
	"github.com/rouse-go/rouse/waitcell"
)

// Two goroutines take turns, while as many compute as there are Ps.
func BenchmarkRoundTripLoaded(b *testing.B) {
	ctx := context.Background()
	b.Run("impl=chan", func(b *testing.B) {
		x, y := make(chan struct{}, 1), make(chan struct{}, 1)
		defer trial.Others(b, -1)()
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
	})
	b.Run("impl=cell", func(b *testing.B) {
		var x, y waitcell.Cell
		defer trial.Others(b, -1)()
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
}
