package bench

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/rouse-go/rouse/osbridge/softfutex"
)

// guestMemory is what softfutex looks into: one word at address 4, which counts wakes.
type guestMemory struct{ word atomic.Uint32 }

const guestAddress softfutex.Addr = 4

func (m *guestMemory) SwapUint32(_ softfutex.Addr, v uint32) (uint32, error) {
	return m.word.Swap(v), nil
}

func (m *guestMemory) LoadUint32(softfutex.Addr) (uint32, error) { return m.word.Load(), nil }

func (m *guestMemory) CompareAndSwapUint32(_ softfutex.Addr, old, v uint32) (uint32, error) {
	for {
		if now := m.word.Load(); now != old {
			return now, nil
		}
		if m.word.CompareAndSwap(old, v) {
			return old, nil
		}
	}
}

func (m *guestMemory) GetSharedKey(softfutex.Addr) (softfutex.Key, error) {
	panic("bench: not shared")
}

// A guestWord is used as softWord is, gVisor's: the same loops with waiters that are kept.
type guestWord struct {
	guestMemory
	manager softfutex.Manager
	spare   sync.Pool
}

func newGuestWord() *guestWord {
	return &guestWord{spare: sync.Pool{New: func() any { return softfutex.NewWaiter() }}}
}

const anybody = ^uint32(0) // the bits of who is meant

func (g *guestWord) wake() {
	g.word.Add(1)
	g.manager.Wake(&g.guestMemory, guestAddress, true, anybody, 1)
}

func (g *guestWord) wait(ctx context.Context) error {
	w := g.spare.Get().(*softfutex.Waiter)
	defer g.spare.Put(w)
	for {
		n := g.word.Load()
		if n > 0 {
			if g.word.CompareAndSwap(n, n-1) {
				return nil
			}
			continue
		}
		if err := g.sleep(ctx, w, 0); err != nil {
			return err
		}
	}
}

// sleep waits until somebody wakes, if the word is what it is said to be.
func (g *guestWord) sleep(ctx context.Context, w *softfutex.Waiter, while uint32) (err error) {
	if g.manager.WaitPrepare(w, &g.guestMemory, guestAddress, true, while, anybody) != nil {
		return nil // it is not
	}
	select {
	case <-w.C:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if g.manager.WaitComplete(w, &g.guestMemory) {
		return nil // the wake wins
	}
	return err
}

func softFutex() primitive {
	one := func() signal {
		g := newGuestWord()
		return signal{wake: g.wake, wait: func() { g.wait(background) }}
	}
	pairs := func(ctx context.Context) pair {
		x, y := newGuestWord(), newGuestWord()
		return callPair(x.wake, y.wake,
			func() error { return x.wait(ctx) }, func() error { return y.wait(ctx) })
	}
	return primitive{
		name: "softfutex",
		ours: true,
		nobody: func(b *B) {
			g, woken := newGuestWord(), 0
			b.Start()
			for range b.N {
				n, _ := g.manager.Wake(&g.guestMemory, guestAddress, true, anybody, 1)
				woken += n
			}
			b.Stop()
			b.Expect("woken", woken, 0)
		},
		wakeWait: func(b *B) {
			g, bad := newGuestWord(), 0
			b.Start()
			for range b.N {
				g.wake()
				if g.wait(b.ctx) != nil {
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
		meeting: func(_ int, arrive func()) meeting {
			g := newGuestWord() // the word is the round
			return meeting{
				wait: func(_, round int) {
					arrive()
					w := g.spare.Get().(*softfutex.Waiter)
					for g.word.Load() == uint32(round) {
						g.sleep(background, w, uint32(round))
					}
					g.spare.Put(w)
				},
				tell: func(round int) {
					g.word.Store(uint32(round) + 1)
					g.manager.Wake(&g.guestMemory, guestAddress, true, anybody, 1<<31-1)
				},
			}
		},
		storm: func(int) func(context.Context, int) error {
			g := newGuestWord()
			return func(ctx context.Context, _ int) error { return g.wait(ctx) }
		},
	}
}
