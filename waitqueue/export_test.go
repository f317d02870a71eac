package waitqueue

import (
	"fmt"
	"math/bits"

	"github.com/rouse-go/rouse/internal/park"
)

// Keep is how many spare nodes stay.
const Keep = keep

// CheckBooks looks through the queue's books and tells of the first invariant of state.go that
// does not hold. It may be called at any time: the lock is free of others then.
func CheckBooks(q *Queue) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.word.Load()
	waiters := 0
	var prev *node
	for n := q.list.head; n != nil; prev, n = n, n.next {
		switch waiters++; {
		case n.prev != prev:
			return fmt.Errorf("the link back from waiter %d is wrong", waiters)
		case n.q != q:
			return fmt.Errorf("waiter %d is of another queue", waiters)
		case n.settled() != waiting:
			return fmt.Errorf("waiter %d is in the list, and was told %d (I5, I6)", waiters, n.settled())
		case prev != nil && (prev.seq >= n.seq || prev.after > n.after):
			return fmt.Errorf("waiter %d stands behind one that came later", waiters)
		}
	}
	if c := q.crowd; c != nil {
		if c.went > c.came {
			return fmt.Errorf("%d of the crowd came, and %d went (I8)", c.came, c.went)
		}
		waiters += int(c.came - c.went)
	}
	switch {
	case q.list.tail != prev:
		return fmt.Errorf("the tail is not the last of the list")
	case uint64(waiters) != s/one:
		return fmt.Errorf("%d in the line, and the word says %d (I2)", waiters, s/one)
	case s&woken != 0 && waiters > 0:
		return fmt.Errorf("a permit is stored and %d wait (I3)", waiters)
	case s&closed != 0 && waiters > 0:
		return fmt.Errorf("closed, and %d wait (I6)", waiters)
	}
	h := &q.house
	for i, n := range h.nodes {
		spare := (h.out^h.back.Load())>>i&1 == 0
		switch {
		case n.private || n.bit != 1<<i:
			return fmt.Errorf("the node at %d has bit %x (I9)", i, n.bit)
		case spare && park.Left(n.sleeper.C()):
			return fmt.Errorf("a token is left in a spare node's channel (I9)")
		}
	}
	if len(h.nodes) > keep {
		return fmt.Errorf("%d nodes stay, at most %d", len(h.nodes), keep)
	}
	return nil
}

// CheckEntries does the same for a Map.
func CheckEntries[K comparable, V any](m *Map[K, V]) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, e := range m.entries {
		if e.key != key || e.phase != waiting {
			return fmt.Errorf("key %v has an entry with key %v in phase %d", key, e.key, e.phase)
		}
	}
	if m.closed && len(m.entries)+len(m.spares) > 0 {
		return fmt.Errorf("closed, with %d entries and %d spares", len(m.entries), len(m.spares))
	}
	if len(m.spares) > keep {
		return fmt.Errorf("%d spares, at most %d", len(m.spares), keep)
	}
	var zero V
	for _, e := range m.spares {
		if park.Left(e.sleeper.C()) {
			return fmt.Errorf("a token is left in a spare entry's channel")
		}
		if any(e.value) != any(zero) {
			return fmt.Errorf("a spare entry keeps the value %v", e.value)
		}
	}
	return nil
}

// WakeAllSlow is what WakeAll does when it has seen somebody wait.
func WakeAllSlow(q *Queue) int { return q.wakeAll() }

// SignalUnkicked does the first half of a Signal to q, where a node waits: it is out of the line. kick
// does the other half.
func SignalUnkicked(q *Queue) (kick func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.pick(bySignal).kick
}

// Spares returns how many nodes stay with q, and how many of them are spare.
func Spares(q *Queue) (all, spare int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := &q.house
	return len(h.nodes), len(h.nodes) - bits.OnesCount64(h.out^h.back.Load())
}

// QueueOf returns the queue inside a Cond.
func QueueOf(c *Cond) *Queue { return &c.queue }
