package parkinglot_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The locks of the examples, as hard as may be.

func TestByteMutexExcludes(t *testing.T) {
	watch(t, nil)
	var m ByteMutex
	n, want := 0, 0
	var wg sync.WaitGroup
	for i := range 8 {
		want += rounds(20000)
		wg.Go(func() {
			if i == 0 {
				lockThread()
				defer unlockThread()
			}
			for range rounds(20000) {
				m.Lock()
				n++
				m.Unlock()
			}
		})
	}
	wg.Wait()
	if n != want || m.state.Load() != 0 {
		t.Errorf("%d, want %d; the state is %d", n, want, m.state.Load())
	}
}

// Cancelled waiters leave neither a mark behind nor a lock.
func TestByteMutexCancellation(t *testing.T) {
	watch(t, nil)
	var m ByteMutex
	n, got := 0, atomic.Int64{}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			for r := range rounds(5000) {
				ctx, cancel := context.WithCancel(bg)
				if i%2 == 0 {
					if r%2 == 0 {
						go cancel()
					} else {
						cancel()
					}
				}
				if m.LockContext(ctx) == nil {
					n++
					got.Add(1)
					yield()
					m.Unlock()
				}
				cancel()
			}
		})
	}
	wg.Wait()
	want(t, "locked", int64(n), got.Load())
	if !m.TryLock() {
		t.Error("it is locked in the end")
	}
	m.Unlock()
	want(t, "the state in the end", m.state.Load(), 0)
	want(t, "left in the lot", lot.Len(m.key()), 0)
}

func TestByteCondQueueOfTen(t *testing.T) {
	watch(t, nil)
	var m ByteMutex
	notEmpty, notFull := ByteCond{M: &m}, ByteCond{M: &m}
	var buf []int
	var wg sync.WaitGroup
	sum := 0
	n := rounds(10000)
	for range 3 {
		wg.Go(func() {
			for i := range n {
				m.Lock()
				for len(buf) == 10 {
					notFull.Wait()
				}
				buf = append(buf, i)
				if i%3 == 0 {
					notEmpty.Broadcast()
				} else {
					notEmpty.Signal()
				}
				m.Unlock()
				if i%5 == 0 {
					notEmpty.Signal() // without the mutex too
				}
			}
		})
		wg.Go(func() {
			for range n {
				m.Lock()
				for len(buf) == 0 {
					notEmpty.Wait()
				}
				sum += buf[0]
				buf = buf[1:]
				notFull.Signal()
				m.Unlock()
			}
		})
	}
	wg.Wait()
	want(t, "sum", sum, 3*n*(n-1)/2)
	want(t, "the mutex's state in the end", m.state.Load()&locked, 0)
}

// A broadcast under the mutex moves all over, and they come one at a time.
func TestByteCondBroadcastRequeues(t *testing.T) {
	watch(t, nil)
	var m ByteMutex
	c := ByteCond{M: &m}
	var wg sync.WaitGroup
	ready := false
	for range 10 {
		wg.Go(func() {
			m.Lock()
			for !ready {
				c.Wait()
			}
			m.Unlock()
		})
	}
	for lot.Len(c.key()) < 10 {
		yield()
	}
	m.Lock()
	ready = true
	c.Broadcast()
	want(t, "still at the condition", lot.Len(c.key()), 0)
	want(t, "at the mutex", lot.Len(m.key()), 10)
	m.Unlock()
	wg.Wait()
}

func TestByteCondTimeout(t *testing.T) {
	watch(t, nil)
	var m ByteMutex
	c := ByteCond{M: &m}
	ctx, cancel := context.WithTimeout(bg, time.Microsecond)
	defer cancel()
	m.Lock()
	wantErr(t, "Wait", c.WaitContext(ctx), context.DeadlineExceeded)
	want(t, "locked again", m.TryLock(), false)
	m.Unlock()
}

func TestRWLockExcludes(t *testing.T) {
	watch(t, nil)
	var l RWLock
	var a, b int
	var readers, most atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range rounds(10000) {
				l.RLock()
				if n := readers.Add(1); n > most.Load() {
					most.Store(n)
				}
				if a != b {
					t.Error("a reader beside a writer")
				}
				readers.Add(-1)
				l.RUnlock()
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			for range rounds(10000) {
				l.Lock()
				a++
				if readers.Load() != 0 {
					t.Error("a writer beside a reader")
				}
				b++
				l.Unlock()
			}
		})
	}
	wg.Wait()
	want(t, "written", a, 2*rounds(10000))
	want(t, "the state in the end", l.state.Load(), 0)
}
