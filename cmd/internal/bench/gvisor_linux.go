//go:build amd64 || arm64

package bench

import (
	"context"
	"sync"
	"sync/atomic"

	gcontext "gvisor.dev/gvisor/pkg/context"
	"gvisor.dev/gvisor/pkg/hostarch"
	"gvisor.dev/gvisor/pkg/sentry/kernel/futex"
	"gvisor.dev/gvisor/pkg/sleep"
	"gvisor.dev/gvisor/pkg/syncevent"
)

// gvisor is what gVisor wakes goroutines by.
func gvisor() []primitive { return []primitive{gSleep(), gSyncEvent(), gFutex()} }

// A sleeper is one of gVisor's, with one waker.
type sleeper struct {
	sleep.Sleeper
	sleep.Waker
}

func newSleeper() *sleeper {
	s := new(sleeper)
	s.AddWaker(&s.Waker)
	return s
}

func (s *sleeper) wake() { s.Waker.Assert() }
func (s *sleeper) wait() { s.Sleeper.Fetch(true) }

func gSleep() primitive {
	return primitive{
		name: "gVisor sleep",
		stored: func(b *B) {
			s := newSleeper()
			defer s.Done()
			s.Assert()
			b.Start()
			for range b.N {
				s.Assert()
			}
			b.Stop()
			stored := 0
			for s.Fetch(false) != nil {
				stored++
			}
			b.Expect("wakes stored", stored, 1)
		},
		wakeWait: func(b *B) {
			s, bad := newSleeper(), 0
			defer s.Done()
			b.Start()
			for range b.N {
				s.Assert()
				if s.Fetch(true) != &s.Waker {
					bad++
				}
			}
			b.Stop()
			b.Expect("failed waits", bad, 0)
		},
		pair: func(context.Context) pair {
			x, y, ball := newSleeper(), newSleeper(), ball(0)
			return pair{
				ping: func(n int) (bad int) {
					for range n {
						ball++
						x.Assert()
						y.Fetch(true)
						bad += int(ball & 1)
					}
					return bad
				},
				pong: func(n int) (bad int) {
					for range n {
						x.Fetch(true)
						ball++
						bad += int(ball & 1)
						y.Assert()
					}
					return bad
				},
				over: func() { x.Done(); y.Done() },
			}
		},
		signal: func() signal {
			s := newSleeper()
			return signal{wake: s.wake, wait: s.wait, over: s.Done}
		},
		events: func() events {
			s, count := newSleeper(), new(atomic.Int64)
			return events{
				post: func(n int) {
					for range n {
						count.Add(1)
						s.Assert()
					}
				},
				take: func() int { s.Fetch(true); return int(count.Swap(0)) },
				over: s.Done,
			}
		},
		meeting: func(waiters int, arrive func()) meeting { // one for each
			all := make([]sleeper, waiters)
			for i := range all {
				all[i].AddWaker(&all[i].Waker)
			}
			return meeting{
				wait: func(i, _ int) { arrive(); all[i].wait() },
				tell: func(int) {
					for i := range all {
						all[i].wake()
					}
				},
			}
		},
		object: func(bool) any { return newSleeper() },
	}
}

func newEvent() *syncevent.Waiter {
	w := new(syncevent.Waiter)
	w.Init()
	return w
}

func gSyncEvent() primitive {
	return primitive{
		name: "gVisor syncevent",
		stored: func(b *B) {
			w := newEvent()
			w.Notify(1)
			b.Start()
			for range b.N {
				w.Notify(1)
			}
			b.Stop()
			b.Expect("events pending", int(w.Pending()), 1)
		},
		wakeWait: func(b *B) {
			w, got := newEvent(), 0
			b.Start()
			for range b.N {
				w.Notify(1)
				got += int(w.WaitAndAckAll())
			}
			b.Stop()
			b.Expect("events taken", got, b.N)
		},
		pair: func(context.Context) pair {
			x, y, ball := newEvent(), newEvent(), ball(0)
			return pair{
				ping: func(n int) (bad int) {
					for range n {
						ball++
						x.Notify(1)
						y.WaitAndAckAll()
						bad += int(ball & 1)
					}
					return bad
				},
				pong: func(n int) (bad int) {
					for range n {
						x.WaitAndAckAll()
						ball++
						bad += int(ball & 1)
						y.Notify(1)
					}
					return bad
				},
			}
		},
		signal: func() signal {
			w := newEvent()
			return signal{wake: func() { w.Notify(1) }, wait: func() { w.WaitAndAckAll() }}
		},
		events: func() events {
			w, count := newEvent(), new(atomic.Int64)
			return events{
				post: func(n int) {
					for range n {
						count.Add(1)
						w.Notify(1)
					}
				},
				take: func() int { w.WaitAndAckAll(); return int(count.Swap(0)) },
			}
		},
		meeting: func(waiters int, arrive func()) meeting { // one for each
			all := make([]syncevent.Waiter, waiters)
			for i := range all {
				all[i].Init()
			}
			return meeting{
				wait: func(i, _ int) { arrive(); all[i].WaitAndAckAll() },
				tell: func(int) {
					for i := range all {
						all[i].Notify(1)
					}
				},
			}
		},
		object: func(bool) any { return newEvent() },
	}
}

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
