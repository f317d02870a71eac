package waitqueue

import "github.com/rouse-go/rouse/internal/park"

// C implements park.Registration.
func (n *node) C() <-chan struct{} { return n.sleeper.C() }

// Expose implements park.Registration.
func (n *node) Expose(t park.Ticket) { n.Exposure.Expose(t, n.C()) }

// Sleeper implements park.Joiner.
func (n *node) Sleeper() park.Sleeper { return n.to }

// Peek implements park.Registration.
func (n *node) Peek(t park.Ticket) error {
	n.q.mu.Lock()
	defer n.q.mu.Unlock()
	return n.outcome(t)
}

// outcome returns what registration t was told. The lock is held.
func (n *node) outcome(t park.Ticket) error {
	if n.seq != uint64(t) {
		return park.ErrEnded
	}
	switch n.settled() {
	case over:
		return park.ErrEnded
	case waiting:
		return park.ErrPending
	case byClose:
		return n.q.cause.Err()
	}
	return nil
}

// Take implements park.Registration.
func (n *node) Take(t park.Ticket, token bool) error {
	q := n.q
	q.mu.Lock()
	err := n.outcome(t)
	if err != park.ErrPending && err != park.ErrEnded {
		q.retire(n, n.clean(t, token)) // given -> over (I4)
	}
	q.mu.Unlock()
	return err
}

// clean reports whether the one who kicks n for registration t has done so, and its token
// is gone. If it cannot tell, it answers false. The lock is held.
func (n *node) clean(t park.Ticket, token bool) bool {
	if n.joined || n.private {
		return n.Over(t)
	}
	return token || n.Settle(t, n.C())
}

// Withdraw implements park.Registration.
func (n *node) Withdraw(t park.Ticket) bool {
	q := n.q
	q.mu.Lock()
	defer q.mu.Unlock()
	if n.outcome(t) != park.ErrPending {
		return false
	}
	q.leave(n)
	return true
}

// leave takes a waiting node out of the line: waiting -> over. The lock is held.
func (q *Queue) leave(n *node) {
	q.list.remove(n)
	q.word.Add(less) // (I2)
	q.retire(n, true)
}

// Cancel implements park.Registration.
func (n *node) Cancel(t park.Ticket) {
	q := n.q
	q.mu.Lock()
	var next call
	switch err := n.outcome(t); err {
	case park.ErrEnded:
	case park.ErrPending:
		q.leave(n)
	default:
		by := n.settled()
		q.retire(n, n.clean(t, false))
		if by == byWake || by == byWakeLast || by == bySignal {
			next = q.handOn(by)
		}
	}
	q.mu.Unlock()
	next.kick()
}

// handOn gives a wake that its owner gave up to the next in line, who must be kicked, or
// stores it if it came from Wake. The lock is held.
func (q *Queue) handOn(by phase) call {
	next := q.pick(by)
	if next.nobody() && by != bySignal {
		q.word.Or(woken) // nobody waits: given -> permit, also on a closed queue (I3, I4, I6)
	}
	return next
}

// Join implements park.Joiner.
func (n *node) Join(t park.Ticket, s park.Sleeper) (park.Registration, park.Ticket, bool) {
	n.q.mu.Lock()
	defer n.q.mu.Unlock()
	if n.outcome(t) != park.ErrPending {
		return n, t, false
	}
	if s == (park.Sleeper{}) {
		if n.group == s {
			n.group = park.NewSleeper()
		}
		s = n.group
	}
	n.to, n.joined = s, true
	return n, t, true
}

// shut is the registration of one who came after the close.
type shut Queue

func (q *shut) Expose(park.Ticket)           {}
func (q *shut) C() <-chan struct{}           { return park.Closed() }
func (q *shut) Peek(park.Ticket) error       { return q.cause.Err() }
func (q *shut) Take(park.Ticket, bool) error { return q.cause.Err() }
func (q *shut) Withdraw(park.Ticket) bool    { return false }
func (q *shut) Cancel(park.Ticket)           {}
