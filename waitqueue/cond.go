package waitqueue

import (
	"context"
	"sync"
	"time"

	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/subscribe"
)

// A Cond is a condition variable: [sync.Cond], whole, and what that lacks: waits
// that end with a context or after a time, a place in a select, and a close.
//
// Each Cond has a Locker L, often a *sync.Mutex or *sync.RWMutex, which is held when
// the condition is changed and when a Wait method is called. L may be set at
// any time before the first wait, may be of any type, and may be held by several waiters
// at once (an RLocker); registering takes no help from it. Its Unlock may itself
// call Signal: that wakes the wait in progress.
//
// A Cond must not be copied after first use; that panics. Waiters are woken
// in the order in which they called Wait. There are no spurious wakeups. A waiter that
// Signal chose and that was cancelled at the same moment hands the signal on.
//
// In the terminology of the Go memory model, Signal and Broadcast synchronize
// before the return of the waits that they unblock.
type Cond struct {
	copied copyChecker

	// L is held while observing or changing the condition.
	L sync.Locker

	queue Queue // no permit is ever stored in it
	crowd crowd
}

// NewCond returns a new Cond with Locker l.
func NewCond(l sync.Locker) *Cond { return &Cond{L: l} }

// Wait unlocks c.L and sleeps, and locks c.L again before it returns. It cannot
// return unless woken by Signal or Broadcast. As c.L is not locked while it
// sleeps, the condition may be false again when it returns: call it in a loop.
//
// Wait on a closed Cond panics, holding c.L, for such a loop would spin: use
// WaitContext where a Cond is closed.
func (c *Cond) Wait() {
	c.check()
	k, open := c.enter()
	if open {
		c.crowd.bed.Sleep()
		open = c.queue.told(k) == nil
	}
	if !open {
		panic("waitqueue: Wait on a closed Cond")
	}
}

// WaitContext is Wait with a context. It always returns with c.L held.
//
//   - nil: woken by Signal or Broadcast.
//   - the closed error: the Cond is closed.
//   - the context's error: ctx was done, and no signal was taken.
//
// If a signal and a cancellation race, the signal wins. A context that was done
// before fails at once, c.L held throughout.
func (c *Cond) WaitContext(ctx context.Context) error {
	if ctx == nil {
		panic("waitqueue: nil context")
	}
	c.check()
	if ctx.Err() != nil && !c.queue.Closed() {
		return park.ContextError(ctx)
	}
	done := ctx.Done()
	if done == nil {
		return c.wait()
	}
	n, t := c.queue.enrol(nil, true)
	if n == nil {
		return c.queue.cause.Err()
	}
	c.L.Unlock()
	var err error
	if n.rest(t) || park.Sleep(n.C(), done) { // park.Await, spelled out: see there
		err = n.kicked(t)
	} else {
		err = park.GiveUp(ctx, n, t)
	}
	c.L.Lock()
	return err
}

// WaitTimeout is Wait for at most d; when that has passed it returns
// context.DeadlineExceeded, c.L held. With d <= 0 that is at once.
func (c *Cond) WaitTimeout(d time.Duration) error {
	c.check()
	if d <= 0 && !c.queue.Closed() {
		return context.DeadlineExceeded
	}
	n, t := c.queue.enrol(nil, false)
	if n == nil {
		return c.queue.cause.Err()
	}
	c.L.Unlock()
	err := park.AwaitTimeout(d, n, t)
	c.L.Lock()
	return err
}

// WaitFor waits until cond, which is called with c.L held, returns true. The
// outcomes are WaitContext's; cond is evaluated once more after a close, and nil is
// returned if it is true. It always returns with c.L held.
func (c *Cond) WaitFor(ctx context.Context, cond func() bool) error {
	mustCall(ctx, cond != nil)
	for !cond() {
		if err := c.WaitContext(ctx); err != nil {
			if c.queue.Closed() && cond() {
				return nil
			}
			return err
		}
	}
	return nil
}

// wait is Wait, and returns the closed error where that panics. Wait has these lines in
// itself, for it is called most: see park.Await.
func (c *Cond) wait() error {
	k, open := c.enter()
	if !open {
		return c.queue.cause.Err()
	}
	c.crowd.bed.Sleep()
	return c.queue.told(k)
}

// check is made before registering: nothing that can be told early may leave us in the line.
func (c *Cond) check() {
	c.copied.check()
	if c.L == nil {
		panic("waitqueue: Cond without a Locker")
	}
}

// Signal wakes the longest waiting, if somebody waits. c.L may be held, but need
// not be.
func (c *Cond) Signal() {
	c.copied.check()
	if c.queue.word.Load() >= one {
		c.queue.signal()
	}
}

// Broadcast wakes all who wait. c.L may be held, but need not be.
func (c *Cond) Broadcast() {
	c.copied.check()
	if c.queue.word.Load() >= one {
		c.queue.wakeAll()
	}
}

// Subscribe registers as Wait does, c.L held, and returns. Then unlock c.L and select on
// the subscription's channel among others, or wait with [subscribe.Subscription.Wait];
// a signal that comes after Subscribe is not missed. A Cond is a [subscribe.Source] so,
// but the functions of package subscribe take no lock for you.
func (c *Cond) Subscribe() subscribe.Subscription {
	c.copied.check()
	return c.queue.Subscribe()
}

// Close closes the Cond for good, and returns how many waiters it woke. c.L may be
// held, but need not be. WaitContext, WaitTimeout and WaitFor return an error for
// which errors.Is(err, rouse.ErrClosed) holds; Wait panics.
func (c *Cond) Close() int { return c.CloseWith(nil) }

// CloseWith is Close with a cause: errors.Is(err, cause) holds as well.
func (c *Cond) CloseWith(cause error) int {
	c.copied.check()
	return c.queue.CloseWith(cause)
}
