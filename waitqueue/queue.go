package waitqueue

import (
	"context"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/cause"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/internal/spin"
	"github.com/rouse-go/rouse/subscribe"
)

// A Queue is a line of waiters.
//
// The zero value is ready to use. A Queue must not be copied after first use.
// All methods may be called by any number of goroutines at once.
//
// A wake reaches the longest waiting (or, by WakeLast, the newest) and nobody
// else. A waiter that was chosen and then gives up, because its context ended at the same
// moment or its subscription was cancelled, hands the wake on in the same order. Every wake
// synchronizes before the wait that consumes it, in the terminology of the Go memory
// model, also when it only met a permit that was stored already.
//
// Registering, waking one and giving up cost O(1), however many wait. Waiters are told after
// the queue's lock is released, and no code of the user's runs under it. For
// [testing/synctest] a Queue follows the rule of channels: one that was waited
// on in a bubble is used in that bubble only.
type Queue struct {
	word atom.Uint64
	mu   atom.Mutex

	list  list // (I1)
	house house
	seq   uint64 // (I1) of the newest registration
	cut   uint64 // (I1)
	crowd *crowd // (I1) of a Cond, once somebody called Wait
	pass  spin.Pass
	cause cause.Cause
}

// Wake wakes the longest waiting, or stores a permit if nobody waits. A permit
// is taken by the next wait; permits do not add up.
//
//   - true: a waiter was woken.
//   - false: nobody was waiting. The permit is stored, unless the queue is closed: then
//     nothing happens.
func (q *Queue) Wake() bool {
	if q != nil && q.word.Load()&woken != 0 && q.word.Add(0)&woken != 0 { // permit -> permit (P2)
		return false
	}
	return q.wake(byWake)
}

// WakeLast wakes the newest waiter, whose caches are warm; else it is as Wake.
func (q *Queue) WakeLast() bool { return q.wake(byWakeLast) }

// Signal wakes the longest waiting, if somebody waits, and reports whether.
// It never stores a permit.
func (q *Queue) Signal() bool {
	mustHave(q)
	return q.word.Load() >= one && q.signal() // [W2] what the wake is about was written before this look
}

// WakeN wakes up to n waiters, the longest waiting first, and returns how many.
// It never stores a permit. A negative n panics.
func (q *Queue) WakeN(n int) int {
	mustHave(q)
	if n < 0 {
		panic("waitqueue: negative count")
	}
	if q.word.Load() < one {
		return 0 // [W2]
	}
	return q.wakeN(n)
}

// WakeAll wakes all who have registered when it is called, whether they sleep
// already or not, and nobody who comes later; it returns how many. It is one
// atomic event: of two waits of one goroutine it ends at most one. A stored permit stays.
func (q *Queue) WakeAll() int {
	mustHave(q)
	if q.word.Load() < one {
		return 0 // [W2]
	}
	return q.wakeAll()
}

// Poll takes a stored permit. It never blocks.
//
//   - true, nil: a permit was taken.
//   - false, nil: there was none.
//   - false and the closed error: there was none, and the queue is closed.
func (q *Queue) Poll() (woken bool, err error) {
	mustHave(q)
	if taken, s := q.take(); taken || s&closed == 0 {
		return taken, nil
	}
	return false, q.cause.Err()
}

// Wait takes its place at the end of the line and blocks until it is woken.
//
//   - nil: a wake was taken.
//   - an error for which errors.Is(err, rouse.ErrClosed) holds: the queue is closed.
//   - the context's error: ctx was done. If its cause is another error than
//     ctx.Err(), errors.Is holds for both.
//
// With an error no wake was taken. If a wake and a cancellation race, the wake
// wins; a context that was done before fails at once unless a permit is stored.
func (q *Queue) Wait(ctx context.Context) error {
	mustHave(q)
	if ctx == nil {
		panic("waitqueue: nil context")
	}
	done := ctx.Done() // its code is the user's: before we look, and before we register
	if taken, _ := q.take(); taken {
		return nil
	}
	if done != nil && ctx.Err() != nil {
		switch taken, s := q.take(); { // once more: what came before the context's end wins
		case taken:
			return nil
		case s&closed == 0:
			return park.ContextError(ctx)
		}
	}
	n, t := q.enrol(nil, true)
	if n == nil {
		return q.cause.Err()
	}
	if n.rest(t) || park.Sleep(n.C(), done) { // park.Await, spelled out: see there
		return n.kicked(t)
	}
	return park.GiveUp(ctx, n, t)
}

// WaitTimeout is Wait for at most d; when that has passed it returns
// context.DeadlineExceeded. With d <= 0 it takes a permit if there is one, and does not block.
func (q *Queue) WaitTimeout(d time.Duration) error {
	mustHave(q)
	switch taken, s := q.take(); {
	case taken:
		return nil
	case s&closed != 0:
		return q.cause.Err()
	case d <= 0:
		return context.DeadlineExceeded
	}
	n, t := q.enrol(nil, false)
	if n == nil {
		return q.cause.Err()
	}
	return park.AwaitTimeout(d, n, t)
}

// Subscribe takes a place in the line now, so that the caller may first act and
// then wait. A stored permit is delivered at once. See [subscribe.Subscription].
func (q *Queue) Subscribe() subscribe.Subscription {
	mustHave(q)
	n, t := q.enrol(nil, false)
	if n == nil {
		return subscribe.New((*shut)(q), 0)
	}
	return subscribe.New(n, t)
}

// WaitFor blocks until cond returns true. It registers, then evaluates, then
// sleeps; cond runs on the caller's goroutine, first at once and then after each
// wake, under no lock. The outcomes are Wait's, except that cond is evaluated once
// more after the queue was closed, and nil is returned if it is true.
//
// Where waiters wait for different conditions, one wake may reach a waiter
// whose condition is still false, and another sleeps on whose condition became true.
// So wake all of them, or give each condition a queue of its own.
func (q *Queue) WaitFor(ctx context.Context, cond func() bool) error {
	mustHave(q)
	mustCall(ctx, cond != nil)
	return subscribe.Until(ctx, q, cond)
}

// WaitForValue is [Queue.WaitFor] for a poll that returns a value: it blocks until
// poll's second result is true, and returns the first.
func WaitForValue[T any](ctx context.Context, q *Queue, poll func() (T, bool)) (T, error) {
	mustHave(q)
	mustCall(ctx, poll != nil)
	return subscribe.UntilValue(ctx, q, poll)
}

// Close closes the queue for good, and returns how many waiters it woke. They
// and all later waits get an error for which errors.Is(err, rouse.ErrClosed)
// holds. A permit that was stored before can still be taken, and a wake that was
// delivered is.
func (q *Queue) Close() int { return q.CloseWith(nil) }

// CloseWith is Close with a cause: errors.Is(err, cause) holds as well for what the
// waits return. The first close decides the cause. A nil cause is none.
func (q *Queue) CloseWith(cause error) int {
	mustHave(q)
	return q.close(cause)
}

// Closed reports whether the queue is closed.
func (q *Queue) Closed() bool {
	mustHave(q)
	return q.word.Load()&closed != 0
}

// Len returns how many are registered and were told nothing yet.
func (q *Queue) Len() int {
	mustHave(q)
	return int(q.word.Load() / one)
}

// State returns a snapshot for people.
func (q *Queue) State() State {
	mustHave(q)
	return State(q.word.Load())
}

func mustHave(q *Queue) {
	if q == nil {
		panic("waitqueue: nil queue")
	}
}

func mustCall(ctx context.Context, cond bool) {
	if ctx == nil {
		panic("waitqueue: nil context")
	}
	if !cond {
		panic("waitqueue: nil condition")
	}
}
