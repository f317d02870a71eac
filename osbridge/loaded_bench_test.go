package osbridge_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/rouse-go/rouse/internal/trial"
)

// Calls to a few threads in turn, while others compute.
func BenchmarkThreadDoLoaded(b *testing.B) {
	for _, n := range []struct{ threads, busy int }{{1, 1}, {2, 0}, {2, 1}, {4, 0}, {1, 2}} {
		for _, r := range runners {
			b.Run(fmt.Sprintf("threads=%d/busy=%d/impl=%s", n.threads, n.busy, r.name), func(b *testing.B) {
				var do []func(context.Context, func())
				for range n.threads {
					d, stop := r.make()
					defer stop()
					do = append(do, d)
				}
				defer trial.Others(b, n.busy)()
				ctx, cancel := context.WithCancel(b.Context())
				defer cancel()
				for i := 0; b.Loop(); i++ {
					do[i%len(do)](ctx, func() {})
				}
			})
		}
	}
}

// Two locked goroutines answer each other, while others compute.
func BenchmarkLockedRoundTripLoaded(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for _, busy := range []int{1, 2} {
		for _, p := range pairs(ctx) {
			b.Run(fmt.Sprintf("busy=%d/impl=%s", busy, p.name), func(b *testing.B) {
				defer trial.Others(b, busy)()
				p.bounce(b)
			})
		}
	}
}
