//go:build amd64 || arm64

package bench

import (
	"context"
	"sync/atomic"

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
