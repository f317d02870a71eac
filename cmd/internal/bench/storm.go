package bench

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// storm cancels many waits at once, b.N times.
func storm(make func(waiters int) func(context.Context, int) error, waiters int) func(*B) {
	if make == nil {
		return nil
	}
	return func(b *B) {
		wait := make(waiters)
		var cancelled atomic.Int64
		for range b.N {
			ctx, cancel := context.WithCancel(b.ctx)
			var (
				lobby lobby
				wg    sync.WaitGroup
			)
			for i := range waiters {
				wg.Go(func() {
					lobby.pass()
					if errors.Is(wait(ctx, i), context.Canceled) {
						cancelled.Add(1)
					}
				})
			}
			lobby.await(waiters)
			b.Start()
			cancel()
			wg.Wait()
			b.Stop()
		}
		b.Expect("waits cancelled", int(cancelled.Load()), waiters*b.N)
	}
}

// A lobby is where goroutines pass on their way to a wait.
type lobby struct{ passed atomic.Int64 }

func (l *lobby) pass() { l.passed.Add(1) }

// await returns when n have passed, and gives the last of them the time to fall asleep. What is
// measured after it is right without: so that is all it does for it.
func (l *lobby) await(n int) {
	for l.passed.Load() < int64(n) {
		runtime.Gosched()
	}
	for range 10 {
		runtime.Gosched()
	}
}
