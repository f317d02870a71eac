package waitqueue

import (
	"context"

	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/subscribe"
)

// A Bound is one of a Queue's waiters in a loop: the context is given once, so that
// each wait costs no more than one that cannot be cancelled. Use it from one
// goroutine at a time; a queue may have any number of them.
type Bound struct {
	queue *Queue
	node  *node // its sleeper stays the same; the node is replaced when somebody may still be kicking it
	bond  park.Bond
}

// Bind returns a waiter whose waits end when ctx is done. Call [Bound.Release] when the
// loop is over. As for a Cell's, no goroutine runs for it until ctx is done.
func (q *Queue) Bind(ctx context.Context) *Bound {
	mustHave(q)
	if ctx == nil {
		panic("waitqueue: nil context")
	}
	b := &Bound{queue: q, node: newNode(q)}
	b.node.private = true
	b.bond.Tie(ctx, b.node.sleeper)
	return b
}

// Wait is [Queue.Wait] with the context of Bind.
func (b *Bound) Wait() error {
	if taken, _ := b.mine().take(); taken {
		return nil
	}
	if b.bond.Done() {
		switch taken, s := b.queue.take(); { // once more, as in Wait
		case taken:
			return nil
		case s&closed == 0:
			return b.bond.Err()
		}
	}
	r, t := b.register()
	if r == nil {
		return b.queue.cause.Err()
	}
	for {
		park.Sleep[struct{}](r.C(), nil) // park.Await, spelled out: see there
		if err := r.Take(t, true); err != park.ErrPending {
			return err
		}
	}
}

// WaitFor is [Queue.WaitFor] with the context of Bind.
func (b *Bound) WaitFor(cond func() bool) error {
	mustCall(context.Background(), b.mine() != nil && cond != nil)
	return subscribe.Until(context.Background(), (*source)(b), cond)
}

// Release lets go of the context. It may be called more than once; a wait after it panics.
func (b *Bound) Release() {
	if b != nil && b.queue != nil {
		b.bond.Untie()
		b.queue = nil
	}
}

// mine returns the queue of a Bound that may be used.
func (b *Bound) mine() *Queue {
	if b == nil || b.queue == nil {
		panic("waitqueue: use of a Bound after Release")
	}
	return b.queue
}

// register enrols the Bound's node; nil says that the queue is closed.
func (b *Bound) register() (*park.Bond, park.Ticket) {
	if b.node.dead {
		b.node = &node{q: b.queue, private: true, sleeper: b.node.sleeper, to: b.node.sleeper}
	}
	n, t := b.queue.enrol(b.node, false)
	if n == nil {
		return nil, 0
	}
	b.bond.Registration = n
	return &b.bond, t
}

// source is a Bound as a subscribe.Source.
type source Bound

func (b *source) Subscribe() subscribe.Subscription {
	r, t := (*Bound)(b).register()
	if r == nil {
		return subscribe.New((*shut)(b.queue), 0)
	}
	return subscribe.New(r, t)
}
