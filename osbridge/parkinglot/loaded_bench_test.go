package parkinglot_test

import (
	"testing"

	"github.com/rouse-go/rouse/internal/trial"
)

// Two goroutines take turns, while as many compute as there are Ps.
func BenchmarkRoundTripLoaded(b *testing.B) {
	b.Run("impl=chan", func(b *testing.B) {
		ping, pong := make(chan struct{}, 1), make(chan struct{}, 1)
		defer trial.Others(b, -1)()
		over, n := make(chan struct{}), b.N
		go func() {
			defer close(over)
			for range n {
				<-ping
				pong <- struct{}{}
			}
		}()
		for range n {
			ping <- struct{}{}
			<-pong
		}
		<-over
	})
	b.Run("impl=wait", func(b *testing.B) {
		var ping, pong atomicWord
		defer trial.Others(b, -1)()
		over, n := make(chan struct{}), uint32(b.N)
		go func() {
			defer close(over)
			for i := uint32(1); i <= n; i++ {
				ping.await(i)
				pong.set(i)
			}
		}()
		for i := uint32(1); i <= n; i++ {
			ping.set(i)
			pong.await(i)
		}
		<-over
	})
}
