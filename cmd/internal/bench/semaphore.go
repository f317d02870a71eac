package bench

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// semaphores is golang.org/x/sync/semaphore, of which a release is a wake.
func semaphores() primitive {
	const room = 1 << 40 // releases that nobody took yet
	empty := func() *semaphore.Weighted {
		s := semaphore.NewWeighted(room)
		if !s.TryAcquire(room) {
			panic("bench: a fresh semaphore has no room")
		}
		return s
	}
	one := func() signal {
		s := empty()
		return signal{wake: func() { s.Release(1) }, wait: func() { s.Acquire(background, 1) }}
	}
	pairs := func(ctx context.Context) pair {
		x, y, ball := empty(), empty(), ball(0)
		return pair{
			ping: func(n int) (bad int) {
				for range n {
					ball++
					x.Release(1)
					if y.Acquire(ctx, 1) != nil {
						bad++
					}
					bad += int(ball & 1)
				}
				return bad
			},
			pong: func(n int) (bad int) {
				for range n {
					if x.Acquire(ctx, 1) != nil {
						bad++
					}
					ball++
					bad += int(ball & 1)
					y.Release(1)
				}
				return bad
			},
		}
	}
	return primitive{
		name: "x/sync semaphore",
		wakeWait: func(b *B) {
			s, bad := empty(), 0
			b.Start()
			for range b.N {
				s.Release(1)
				if s.Acquire(b.ctx, 1) != nil {
					bad++
				}
			}
			b.Stop()
			b.Expect("failed waits", bad, 0)
		},
		pair:        pairs,
		pairContext: pairs,
		signal:      one,
		crowd:       one,
		events: func() events {
			s := empty()
			return events{
				post: func(n int) {
					for range n {
						s.Release(1)
					}
				},
				take: func() int {
					if s.Acquire(background, 1) != nil {
						return 0
					}
					return 1
				},
			}
		},
		storm: func(int) func(context.Context, int) error {
			s := empty()
			return func(ctx context.Context, _ int) error { return s.Acquire(ctx, 1) }
		},
		object: func(bool) any { return empty() },
	}
}
