package waitqueue

import "github.com/rouse-go/rouse/internal/park"

// A crowd is the waiters of a Cond that can be neither cancelled nor selected on: those who
// called Wait. It needs no nodes. The runtime keeps it in line (see park.Crowd), and the books
// hold two numbers. Beside it stands the list, with all others; each of its nodes knows how
// many of the crowd had come before it.
//
//	crowd    came 9, went 6               numbers 6, 7, 8 wait
//	list     n3 after 7 <-> n4 after 9    so the order is 6, n3, 7, 8, n4
//
// Number k is:
//
//	waiting   went <= k < came      -> woken, by Signal, Broadcast or a signal handed on: went rises
//	                                -> shut, by Close: CLOSED, shut = went, and then went = came
//	woken     k < went, k < shut if CLOSED
//	shut      shut <= k < went, and CLOSED
type crowd struct {
	bed  park.Crowd
	came uint64 // (I1)
	went uint64 // (I1)
	shut uint64 // (I1) of a closed Cond: how many had gone before the close
}

// enter registers the caller as one of the crowd and returns its number, the lock still held:
// bed.Sleep lets go of it, once the place in the bed is taken (I8). It reports whether
// the Cond is open; if not, nothing has happened.
//
// [W1] Registering comes before the unlock of L. Whoever changes the condition holds L, so after
// us, and signals after that: the signal finds us in the line [W2].
func (c *Cond) enter() (k uint64, open bool) {
	q := &c.queue
	q.mu.Lock()
	if q.word.Load()&closed != 0 {
		q.mu.Unlock()
		return 0, false
	}
	if q.crowd == nil {
		q.crowd = &c.crowd
		c.crowd.bed.L = (*release)(c)
	}
	q.word.Add(one) // (I2)
	k = c.crowd.came
	c.crowd.came++ // -> waiting
	return k, true
}

// A release is what the crowd's bed lets go of when a place is taken, and takes again after
// the kick: first both the queue's lock and L, then L.
type release Cond

func (c *release) Unlock() {
	c.queue.mu.Unlock()
	c.L.Unlock()
}

func (c *release) Lock() { c.L.Lock() }

// told returns what number k of the crowd, woken, was told.
func (q *Queue) told(k uint64) error {
	if q.word.Load()&closed == 0 {
		return nil
	}
	return q.toldLate(k)
}

// toldLate is told on a closed queue: a signal from before the close is a signal. (I6)
func (q *Queue) toldLate(k uint64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if k < q.crowd.shut {
		return nil
	}
	return q.cause.Err()
}

// next reports whether the first in line is one of the crowd; n is the first of the list. The
// lock is held.
func (c *crowd) next(n *node) bool {
	return c.went < c.came && (n == nil || c.went < n.after)
}

// leave counts out all of the crowd, and returns how many there were. The lock is held.
func (c *crowd) leave() uint64 {
	if c == nil {
		return 0
	}
	k := c.came - c.went
	c.went = c.came // waiting -> woken or shut
	return k
}

// A call says who was taken out of the line, and must be kicked after unlocking: a
// node, or one of the crowd, or nobody.
type call struct {
	n     *node
	crowd *crowd
}

func (c call) nobody() bool { return c == call{} }

// kick carries it out. (I1, I7, I8)
func (c call) kick() {
	switch {
	case c.n != nil:
		c.n.kick()
	case c.crowd != nil:
		c.crowd.bed.Kick()
	}
}
