package bench

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// addresses is parkinglot.Wait and Notify: a word that counts wakes, as with the kernel's futex.
func addresses() primitive {
	one := func() signal {
		w := new(parkedWord)
		return signal{wake: w.wake, wait: func() { w.wait(background) }}
	}
	return primitive{
		name: "parkinglot",
		ours: true,
		nobody: func(b *B) {
			w, woken := new(parkedWord), 0
			b.Start()
			for range b.N {
				woken += parkinglot.NotifyOne(w.addr())
			}
			b.Stop()
			b.Expect("woken", woken, 0)
		},
		timeout: func(b *B) {
			w, expired := new(parkedWord), 0
			b.Start()
			for range b.N {
				if !parkinglot.WaitFor(w.addr(), 0, time.Nanosecond) {
					expired++
				}
			}
			b.Stop()
			b.Expect("timeouts", expired, b.N)
		},
		wakeWait: func(b *B) {
			w, ctx, bad := new(parkedWord), b.ctx, 0
			b.Start()
			for range b.N {
				w.wake()
				if w.wait(ctx) != nil {
					bad++
				}
			}
			b.Stop()
			b.Expect("failed waits and wakes left", bad+int(*w), 0)
		},
		pair:        addressPair,
		pairContext: addressPair,
		signal:      one,
		crowd:       one,
		meeting: func(_ int, arrive func()) meeting {
			now := new(uint32)
			return meeting{
				wait: func(_, round int) {
					arrive()
					for atomic.LoadUint32(now) == uint32(round) {
						parkinglot.Wait(now, uint32(round))
					}
				},
				tell: func(round int) {
					atomic.StoreUint32(now, uint32(round)+1)
					parkinglot.NotifyAll(now)
				},
			}
		},
		storm: func(int) func(context.Context, int) error {
			w := new(parkedWord)
			return func(ctx context.Context, _ int) error { return w.wait(ctx) }
		},
	}
}

// A parkedWord is a number of wakes that were not taken yet.
type parkedWord uint32

func (w *parkedWord) addr() *uint32 { return (*uint32)(w) }

func (w *parkedWord) wake() {
	atomic.AddUint32(w.addr(), 1)
	parkinglot.NotifyOne(w.addr())
}

func (w *parkedWord) wait(ctx context.Context) error {
	for {
		switch n := atomic.LoadUint32(w.addr()); {
		case n == 0:
			if err := parkinglot.WaitContext(ctx, w.addr(), 0); err != nil {
				return err
			}
		case atomic.CompareAndSwapUint32(w.addr(), n, n-1):
			return nil
		}
	}
}

func addressPair(ctx context.Context) pair {
	var (
		x, y = new(parkedWord), new(parkedWord)
		ball ball
	)
	return pair{
		ping: func(n int) (bad int) {
			for range n {
				ball++
				x.wake()
				if y.wait(ctx) != nil {
					bad++
				}
				bad += int(ball & 1)
			}
			return bad
		},
		pong: func(n int) (bad int) {
			for range n {
				if x.wait(ctx) != nil {
					bad++
				}
				ball++
				bad += int(ball & 1)
				y.wake()
			}
			return bad
		},
	}
}
