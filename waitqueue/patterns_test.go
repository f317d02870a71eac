package waitqueue_test

import (
	"context"
	"sync"
	"testing"

	"github.com/rouse-go/rouse/waitqueue"
)

// Ways in which real programs use condition variables, and what went wrong with
// those that take a context.

// Two waiters are cancelled while somebody broadcasts with L held: nobody deadlocks, both return with L.
func TestTwoCancelledWaitersAndABroadcast(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	watch(t, func() string { return waitqueue.QueueOf(c).State().String() })
	for range rounds(5_000) {
		ctx, cancel := context.WithCancel(bg)
		wait := func() {
			mu.Lock()
			defer mu.Unlock()
			var got tally
			got.add(c.WaitContext(ctx))
			want(t, "woken or cancelled", got.woken+got.cancelled, 1)
		}
		together(wait, wait, cancel, func() {
			mu.Lock()
			c.Broadcast()
			mu.Unlock()
		})
		wantQueue(t, waitqueue.QueueOf(c), "WAITING")
	}
}

// A Locker whose Unlock signals the Cond itself, as pebble's does: that wakes the wait in progress.
type signalling struct {
	sync.Mutex
	c *waitqueue.Cond
}

func (l *signalling) Unlock() { l.Mutex.Unlock(); l.c.Signal() }

func TestUnlockThatSignalsWakesTheWaitInProgress(t *testing.T) {
	l := new(signalling)
	l.c = waitqueue.NewCond(l)
	watch(t, func() string { return waitqueue.QueueOf(l.c).State().String() })
	for name, wait := range map[string]func(){
		"Wait":        l.c.Wait,
		"WaitContext": func() { wantErr(t, "WaitContext", l.c.WaitContext(open(t)), nil) },
		"WaitTimeout": func() { wantErr(t, "WaitTimeout", l.c.WaitTimeout(1<<40), nil) },
		"WaitFor": func() {
			calls := 0
			wantErr(t, "WaitFor", l.c.WaitFor(bg, func() bool { calls++; return calls == 3 }), nil)
		},
	} {
		l.Mutex.Lock()
		wait()
		l.Mutex.Unlock()
		t.Log(name)
	}
	wantQueue(t, waitqueue.QueueOf(l.c), "WAITING")
}

// L is set late, on a Cond that is a value inside another, as x/net does.
func TestLockerSetLateOnAValue(t *testing.T) {
	type pipe struct {
		mu sync.Mutex
		c  waitqueue.Cond
		n  int
	}
	var p pipe
	p.c.Signal() // before L is set
	wait := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.c.L == nil {
			p.c.L = &p.mu
		}
		for p.n == 0 {
			p.c.Wait()
		}
		p.n--
	}
	put := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.c.L == nil {
			p.c.L = &p.mu
		}
		p.n++
		p.c.Signal()
	}
	together(wait, wait, put, put)
	want(t, "left", p.n, 0)
}

// Cond is embedded by pointer, under the name that sync.Cond has, as x/crypto does.
type Cond = waitqueue.Cond

type window struct {
	*Cond
	open bool
}

func TestEmbeddedCond(t *testing.T) {
	w := window{Cond: waitqueue.NewCond(new(sync.Mutex))}
	together(
		func() {
			w.L.Lock()
			defer w.L.Unlock()
			for !w.open {
				w.Wait()
			}
		},
		func() {
			w.L.Lock()
			w.open = true
			w.L.Unlock()
			w.Broadcast()
		},
	)
}

// Several wait holding one RLocker at once, as client-go does; the writer broadcasts.
func TestRLockerHeldBySeveral(t *testing.T) {
	var mu sync.RWMutex
	c := waitqueue.NewCond(mu.RLocker())
	const readers = 20
	ready := false
	var all, wg sync.WaitGroup
	all.Add(readers)
	for range readers {
		wg.Go(func() {
			mu.RLock()
			defer mu.RUnlock()
			all.Done()
			all.Wait() // all hold it now, and go to sleep
			for !ready {
				c.Wait()
			}
		})
	}
	queued(waitqueue.QueueOf(c), readers)
	mu.Lock()
	ready = true
	mu.Unlock()
	c.Broadcast()
	wg.Wait()
}

// Sleep intentions are not lost between the change of a condition and the wait, though Signal is called
// without L: a lock-free early-out that looked too early would hang here, as event-listener's did.
func TestSignalWithNobodySeenIsNotTooEarly(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	watch(t, func() string { return waitqueue.QueueOf(c).State().String() })
	for range rounds(20_000) {
		ready := false
		together(
			func() {
				mu.Lock()
				for !ready {
					c.Wait()
				}
				mu.Unlock()
			},
			func() {
				mu.Lock()
				ready = true
				mu.Unlock()
				c.Signal()
			},
		)
	}
}

// A listener that was notified and is dropped passes that on, once: it does not wake a third.
func TestDroppedWakeDoesNotWakeAThird(t *testing.T) {
	for _, script := range []string{"+++W x0", "+++S x0", "++++WW x0 x1", "+++W x0 x0 x0"} {
		var q waitqueue.Queue
		_, _, got := run(t, &q, script)
		woken := map[string]int{"++++WW x0 x1": 2}[script] + map[bool]int{true: 1}[script != "++++WW x0 x1"]
		n := 0
		for _, l := range got {
			if l == 'w' {
				n++
			}
		}
		want(t, script, n, woken)
	}
}
