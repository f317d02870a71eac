package waitaddr_test

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

func BenchmarkWakeNobody(b *testing.B) {
	b.Run("scope=process", func(b *testing.B) { wakeNobody(b, waitaddr.WakeOne) })
	b.Run("scope=shared", func(b *testing.B) {
		if err := waitaddr.Shared.Wait(new(uint32), 1); errors.Is(err, errors.ErrUnsupported) {
			b.Skip(err)
		}
		wakeNobody(b, waitaddr.Shared.WakeOne)
	})
}

func wakeNobody(b *testing.B, wake func(*uint32) int) {
	b.ReportAllocs()
	word := new(uint32)
	for b.Loop() {
		wake(word)
	}
}

func BenchmarkMismatch(b *testing.B) {
	b.ReportAllocs()
	word := new(uint32)
	for b.Loop() {
		waitaddr.Wait(word, 1)
	}
}

// BenchmarkPingPong is a round trip between two goroutines that are locked to
// their threads.
func BenchmarkPingPong(b *testing.B) {
	b.Run("impl=waitaddr", func(b *testing.B) {
		var ball uint32 // even: with the server of the ball
		pingPong(b, func(side uint32) {
			for {
				now := atomic.LoadUint32(&ball)
				if now%2 == side {
					return
				}
				waitaddr.Wait(&ball, now)
			}
		}, func(uint32) {
			atomic.AddUint32(&ball, 1)
			waitaddr.WakeOne(&ball)
		})
	})
	b.Run("impl=chan", func(b *testing.B) {
		sides := [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}
		sides[0] <- struct{}{}
		pingPong(b, func(side uint32) { <-sides[side] },
			func(side uint32) { sides[1-side] <- struct{}{} })
	})
}

func pingPong(b *testing.B, take, pass func(side uint32)) {
	b.ReportAllocs()
	var other sync.WaitGroup
	rounds := make(chan int)
	other.Go(func() {
		runtime.LockOSThread()
		for range <-rounds {
			take(1)
			pass(1)
		}
	})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	rounds <- b.N
	b.ResetTimer()
	for range b.N {
		take(0)
		pass(0)
	}
	take(0)
	other.Wait()
}
