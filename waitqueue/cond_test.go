package waitqueue_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitqueue"
)

// A lock that knows whether it is held.
type heldLock struct {
	sync.Mutex
	held bool
}

func (l *heldLock) Lock()   { l.Mutex.Lock(); l.held = true }
func (l *heldLock) Unlock() { l.held = false; l.Mutex.Unlock() }

// sleepers are the waits of a Cond that sleep: each with an outcome to come.
var sleepers = map[string]func(*waitqueue.Cond, context.Context) error{
	"WaitContext": (*waitqueue.Cond).WaitContext,
	"WaitTimeout": func(c *waitqueue.Cond, _ context.Context) error { return c.WaitTimeout(1 << 40) },
	"WaitFor": func(c *waitqueue.Cond, ctx context.Context) error {
		calls := 0
		return c.WaitFor(ctx, func() bool { calls++; return calls > 1 && c.L.(*heldLock).held && !closed(c) })
	},
	"Wait": func(c *waitqueue.Cond, _ context.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = rouse.ErrClosed
			}
		}()
		c.Wait()
		return nil
	},
}

func closed(c *waitqueue.Cond) bool { return waitqueue.QueueOf(c).Closed() }

// L is held when a wait returns, whatever ended it: a signal, a broadcast, a close, the context, the time,
// a context that was done before, a close that was before; and when Wait panics.
func TestCondHoldsItsLockOnReturn(t *testing.T) {
	for name, wait := range sleepers {
		for by, r := range map[string]struct {
			act  func(c *waitqueue.Cond, cancel func())
			want error
		}{
			"Signal":    {func(c *waitqueue.Cond, _ func()) { c.Signal() }, nil},
			"Broadcast": {func(c *waitqueue.Cond, _ func()) { c.Broadcast() }, nil},
			"Close":     {func(c *waitqueue.Cond, _ func()) { c.Close() }, rouse.ErrClosed},
			"cancel":    {func(c *waitqueue.Cond, cancel func()) { cancel() }, context.Canceled},
		} {
			if by == "cancel" && (name == "Wait" || name == "WaitTimeout") {
				continue
			}
			t.Run(name+"/"+by, func(t *testing.T) {
				ctx, cancel := context.WithCancel(bg)
				defer cancel()
				l := new(heldLock)
				c := waitqueue.NewCond(l)
				together(
					func() {
						l.Lock()
						wantErr(t, name, wait(c, ctx), r.want)
						want(t, "L is held", l.held, true)
						l.Unlock()
					},
					func() {
						queued(waitqueue.QueueOf(c), 1)
						r.act(c, cancel)
					},
				)
				if r.want == rouse.ErrClosed { // and once more, on a closed one
					l.Lock()
					wantErr(t, name+" on a closed Cond", wait(c, ctx), r.want)
					want(t, "L is held", l.held, true)
					l.Unlock()
				}
				want(t, "Len", waitqueue.QueueOf(c).Len(), 0)
			})
		}
	}
	l := new(heldLock)
	c := waitqueue.NewCond(l)
	l.Lock()
	for _, err := range []error{
		c.WaitContext(done()), c.WaitTimeout(0), c.WaitTimeout(-1), c.WaitTimeout(1),
		c.WaitFor(done(), func() bool { return false }),
	} {
		want(t, "L is held", l.held, true)
		if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	}
	c.Close()
	wantPanic(t, "waitqueue: Wait on a closed Cond", c.Wait)
	want(t, "L is held", l.held, true)
	l.Unlock()
}

// Close: the error has the cause; a condition that is true by then beats it; the count is exact.
func TestCondClose(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			err := c.WaitContext(bg)
			wantErr(t, "WaitContext", err, rouse.ErrClosed)
			wantErr(t, "WaitContext", err, errCause)
		})
	}
	ready := false
	wg.Go(func() {
		mu.Lock()
		defer mu.Unlock()
		wantErr(t, "WaitFor what is true by then", c.WaitFor(bg, func() bool { return ready }), nil)
	})
	queued(waitqueue.QueueOf(c), 6)
	mu.Lock()
	ready = true
	want(t, "CloseWith", c.CloseWith(errCause), 6)
	mu.Unlock()
	want(t, "Close", c.Close(), 0)
	wg.Wait()
	mu.Lock()
	wantErr(t, "WaitContext of one who is done", c.WaitContext(done()), errCause)
	wantErr(t, "WaitTimeout", c.WaitTimeout(0), errCause)
	wantErr(t, "WaitFor", c.WaitFor(done(), func() bool { return true }), nil)
	mu.Unlock()
	c.Signal()
	c.Broadcast()
}

// A Cond in a select, subscribed to with L held: a signal after the unlock is not missed; where another
// case wins at the same moment, the signal is handed on to who is next.
func TestCondInASelect(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	for range rounds(5_000) {
		mu.Lock()
		s, next := c.Subscribe(), c.Subscribe()
		mu.Unlock()
		other := make(chan int, 1)
		took := false
		together(
			func() { c.Signal() },
			func() { other <- 1 },
			func() {
				defer s.Cancel()
				select {
				case <-s.C():
					wantErr(t, "Err", s.Err(), nil)
					took = true
				case <-other:
				}
			},
		)
		wanted := tally{woken: 1} // for one that was cancelled before the signal leaves the line
		if took {
			wanted = tally{pending: 1}
		}
		want(t, "the next", outcomes([]sub{next}), wanted)
		next.Cancel()
		wantQueue(t, waitqueue.QueueOf(c), "WAITING")
	}
}

// Signals beside cancellations: every Signal that found somebody ends exactly one wait.
func TestCondCancellationConservesSignals(t *testing.T) {
	const waiters = 8
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	var wg sync.WaitGroup
	var sum tally
	items, taken := 0, 0
	goal := rounds(20_000)
	for range waiters {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for taken < goal {
				if items > 0 {
					items--
					taken++
					continue
				}
				ctx, cancel := context.WithCancel(bg)
				go cancel()
				sum.add(c.WaitContext(ctx))
			}
		})
	}
	// One item, one signal. Nobody is woken but by that, and one who never cancels is behind.
	for put := 0; put < goal; put++ {
		mu.Lock()
		items++
		mu.Unlock()
		c.Signal()
	}
	wg.Wait()
	want(t, "taken", taken, goal)
	want(t, "other outcomes", sum, tally{woken: sum.woken, cancelled: sum.cancelled})
	wantQueue(t, waitqueue.QueueOf(c), "WAITING")
}

// The same, exactly: two wait, one of which is cancelled as the signal comes. One signal ends one wait, and
// the other is never left asleep.
func TestCondSignalBesideCancelWakesTheOther(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	watch(t, func() string { return waitqueue.QueueOf(c).State().String() })
	for range rounds(5_000) {
		ctx, cancel := context.WithCancel(bg)
		var first error
		woken := false
		together(
			func() {
				mu.Lock()
				first = c.WaitContext(ctx)
				mu.Unlock()
				if first == nil {
					c.Signal() // for the other
				}
			},
			func() {
				mu.Lock()
				c.Wait()
				woken = true
				mu.Unlock()
			},
			func() {
				queued(waitqueue.QueueOf(c), 2)
				together(cancel, c.Signal)
			},
		)
		want(t, "the other", woken, true)
		cancel()
	}
	wantQueue(t, waitqueue.QueueOf(c), "WAITING")
}

// A condition that panics or ends its goroutine leaves nobody in the line, and L as it was: held.
func TestCondConditionThatPanics(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	mu.Lock()
	wantPanic(t, "no", func() { c.WaitFor(bg, func() bool { panic("no") }) })
	want(t, "L is free", mu.TryLock(), false)
	mu.Unlock()
	wantQueue(t, waitqueue.QueueOf(c), "WAITING")
}

// Who subscribed is woken before one who called Wait later, though they stand in different books.
func TestCondListBeforeTheCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := waitqueue.NewCond(new(sync.Mutex))
		s := c.Subscribe()
		go func() {
			c.L.Lock()
			c.Wait()
			c.L.Unlock()
		}()
		synctest.Wait()
		c.Signal()
		synctest.Wait()
		if err := s.Err(); err != nil {
			t.Errorf("the first in line: %v", err)
		}
		s.Cancel()
		c.Broadcast()
	})
}
