// Package bounded is a queue of limited length, with a context and a close, built on
// waitqueue.Cond; and the same with a bug in it. It is the subject of docs/tutorial-explore.md.
package bounded

import (
	"context"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/rapidtests/explore/atom"
	"github.com/rouse-go/rouse/waitqueue"
)

// A Queue hands values of type T from those who Put to those who Get, in order. All methods
// may be called by any number of goroutines at once.
type Queue[T any] struct {
	mu     atom.Mutex
	items  []T // mu is held
	most   int
	closed atom.Bool

	notEmpty, notFull waitqueue.Cond
}

// New returns a queue that holds up to most values.
func New[T any](most int) *Queue[T] {
	q := new(Queue[T])
	q.init(most)
	return q
}

func (q *Queue[T]) init(most int) {
	q.most, q.notEmpty.L, q.notFull.L = most, &q.mu, &q.mu
}

// Put waits until there is room, and appends v. With an error it did not: the queue is
// closed (rouse.ErrClosed), or ctx was done.
func (q *Queue[T]) Put(ctx context.Context, v T) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed.Load() && len(q.items) == q.most {
		if err := q.notFull.WaitContext(ctx); err != nil {
			return err
		}
	}
	if q.closed.Load() {
		return rouse.ErrClosed
	}
	q.items = append(q.items, v)
	q.notEmpty.Signal()
	return nil
}

// Get waits until there is a value, and takes the oldest. What was put before a
// Close is still got; then Get returns rouse.ErrClosed.
func (q *Queue[T]) Get(ctx context.Context) (v T, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		if q.closed.Load() {
			return v, rouse.ErrClosed
		}
		if err := q.notEmpty.WaitContext(ctx); err != nil {
			return v, err
		}
	}
	v, q.items = q.items[0], q.items[1:]
	q.notFull.Signal()
	return v, nil
}

// Close makes Put fail, and Get when there is nothing left.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	q.closed.Store(true)
	q.mu.Unlock()
	q.notEmpty.Broadcast()
	q.notFull.Broadcast()
}

// Len returns how many values there are.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

// Broken is Queue, but for its Close, which somebody made faster.
type Broken[T any] struct{ Queue[T] }

// NewBroken returns a broken queue that holds up to most values.
func NewBroken[T any](most int) *Broken[T] {
	q := new(Broken[T])
	q.init(most)
	return q
}

// Close takes no lock: closed is atomic. The tutorial shows what is wrong with that.
func (q *Broken[T]) Close() {
	q.closed.Store(true)
	q.notEmpty.Broadcast()
	q.notFull.Broadcast()
}
