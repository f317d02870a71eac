package bench

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// futexes is the kernel's wait-on-address with no more than it needs: a word that counts wakes. It
// stands for what one would use without osbridge, though it is reached through waitaddr.
func futexes() primitive {
	one := func() signal {
		w := new(atomicWord)
		return signal{wake: w.wake, wait: w.wait}
	}
	return primitive{
		name: "futex (" + waitaddr.Backend() + ")",
		most: 100, // each waiter is a thread
		nobody: func(b *B) {
			w, woken := new(atomicWord), 0
			b.Start()
			for range b.N {
				woken += max(0, waitaddr.WakeOne(w.addr()))
			}
			b.Stop()
			b.Expect("woken", woken, 0)
		},
		timeout: func(b *B) {
			w, expired := new(atomicWord), 0
			b.Start()
			for range b.N {
				if errors.Is(waitaddr.WaitTimeout(w.addr(), 0, time.Nanosecond), waitaddr.ErrTimeout) {
					expired++
				}
			}
			b.Stop()
			b.Expect("timeouts", expired, b.N)
		},
		wakeWait: func(b *B) {
			w := new(atomicWord)
			b.Start()
			for range b.N {
				w.wake()
				w.wait()
			}
			b.Stop()
			b.Expect("wakes left", int(atomic.LoadUint32(w.addr())), 0)
		},
		pair:   func(context.Context) pair { return signalPair(one) },
		signal: one,
		crowd:  one,
		meeting: func(_ int, arrive func()) meeting {
			now := new(uint32)
			return meeting{
				wait: func(_, round int) {
					arrive()
					for atomic.LoadUint32(now) == uint32(round) {
						waitaddr.Wait(now, uint32(round))
					}
				},
				tell: func(round int) {
					atomic.StoreUint32(now, uint32(round)+1)
					waitaddr.WakeAll(now)
				},
			}
		},
	}
}

// An atomicWord is a number of wakes that were not taken yet.
type atomicWord uint32

func (w *atomicWord) addr() *uint32 { return (*uint32)(w) }

func (w *atomicWord) wake() {
	atomic.AddUint32(w.addr(), 1)
	waitaddr.WakeOne(w.addr())
}

func (w *atomicWord) wait() {
	for {
		switch n := atomic.LoadUint32(w.addr()); {
		case n == 0:
			waitaddr.Wait(w.addr(), 0)
		case atomic.CompareAndSwapUint32(w.addr(), n, n-1):
			return
		}
	}
}
