//go:build amd64 || arm64

package bench

import (
	"context"
	"sync"
	"sync/atomic"

	gcontext "gvisor.dev/gvisor/pkg/context"
	"gvisor.dev/gvisor/pkg/hostarch"
	"gvisor.dev/gvisor/pkg/sentry/kernel/futex"
)

// memory is what gVisor's futexes look into: one word at address 4, which counts wakes.
type memory struct {
	gcontext.Context
	word atomic.Uint32
}

const address hostarch.Addr = 4

func (m *memory) SwapUint32(_ hostarch.Addr, v uint32) (uint32, error) { return m.word.Swap(v), nil }

func (m *memory) LoadUint32(hostarch.Addr) (uint32, error) { return m.word.Load(), nil }

func (m *memory) CompareAndSwapUint32(_ hostarch.Addr, old, v uint32) (uint32, error) {
	for {
		if now := m.word.Load(); now != old {
			return now, nil
		}
		if m.word.CompareAndSwap(old, v) {
			return old, nil
		}
	}
}

func (m *memory) GetSharedKey(hostarch.Addr) (futex.Key, error) { panic("bench: not shared") }

// A softWord is a futex that counts wakes which were not taken yet.
type softWord struct {
	memory
	manager *futex.Manager
	spare   sync.Pool // of waiters, as a task keeps one
}

func newSoftWord() *softWord {
	return &softWord{
		memory:  memory{Context: gcontext.Background()},
		manager: futex.NewManager(),
		spare:   sync.Pool{New: func() any { return futex.NewWaiter() }},
	}
}

const everybody = ^uint32(0) // the bits of who is meant

func (s *softWord) wake() {
	s.word.Add(1)
	s.manager.Wake(&s.memory, address, true, everybody, 1)
}

func (s *softWord) wait(ctx context.Context) error {
	w := s.spare.Get().(*futex.Waiter)
	defer s.spare.Put(w)
	for {
		n := s.word.Load()
		if n > 0 {
			if s.word.CompareAndSwap(n, n-1) {
				return nil
			}
			continue
		}
		if err := s.sleep(ctx, w, 0); err != nil {
			return err
		}
	}
}

// sleep waits until somebody wakes, if the word is what it is said to be.
func (s *softWord) sleep(ctx context.Context, w *futex.Waiter, while uint32) (err error) {
	if s.manager.WaitPrepare(w, &s.memory, address, true, while, everybody) != nil {
		return nil // it is not
	}
	select {
	case <-w.C:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.manager.WaitComplete(w, &s.memory)
	return err
}

func gFutex() primitive {
	one := func() signal {
		s := newSoftWord()
		return signal{wake: s.wake, wait: func() { s.wait(background) }}
	}
	pairs := func(ctx context.Context) pair {
		x, y := newSoftWord(), newSoftWord()
		return callPair(x.wake, y.wake,
			func() error { return x.wait(ctx) }, func() error { return y.wait(ctx) })
	}
	return primitive{
		name: "gVisor futex",
		nobody: func(b *B) {
			s, woken := newSoftWord(), 0
			b.Start()
			for range b.N {
				n, _ := s.manager.Wake(&s.memory, address, true, everybody, 1)
				woken += n
			}
			b.Stop()
			b.Expect("woken", woken, 0)
		},
		wakeWait: func(b *B) {
			s, bad := newSoftWord(), 0
			b.Start()
			for range b.N {
				s.wake()
				if s.wait(b.ctx) != nil {
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
			s := newSoftWord() // the word is the round
			return meeting{
				wait: func(_, round int) {
					arrive()
					w := s.spare.Get().(*futex.Waiter)
					for s.word.Load() == uint32(round) {
						s.sleep(background, w, uint32(round))
					}
					s.spare.Put(w)
				},
				tell: func(round int) {
					s.word.Store(uint32(round) + 1)
					s.manager.Wake(&s.memory, address, true, everybody, 1<<31-1)
				},
			}
		},
		storm: func(int) func(context.Context, int) error {
			s := newSoftWord()
			return func(ctx context.Context, _ int) error { return s.wait(ctx) }
		},
	}
}
