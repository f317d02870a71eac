package waitqueue

import (
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

// A node is a waiter's place in the line.
type node struct {
	park.Exposure
	q       *Queue
	sleeper park.Sleeper // of its own; a Bound's node has the Bound's
	private bool         // a Bound's: never a spare
	bit     uint64       // its place in the queue's house; 0: it has none
	turn    uint64       // bit, or its negative: added to house.back it makes the node spare (I9)
	look    atom.Uint32  // how its waiter learns of a kick (I10)

	next, prev *node        // in the list or a chain (I1)
	seq        uint64       // of the newest registration (I1)
	after      uint64       // in a Cond: how many of the crowd had come before (I1)
	phase      phase        // (I1)
	to         park.Sleeper // who is kicked: sleeper, or group's (I1)
	joined     bool         // to is not sleeper (I1)
	dead       bool         // of a private one: not to be used again (I1)

	group park.Sleeper // kept for waits for several sources that begin with this node
}

// phase is what a node was told, one of:
type phase uint8

const (
	waiting phase = iota
	byWake
	byWakeLast
	bySignal
	over
	byAll   // not stored: see settled
	byClose // not stored: see settled
)

// The states of look. Only a waiter that can be neither cancelled nor selected on until it
// has changed that itself looks first.
const (
	asleep  = iota // it is sent a token
	looking        // it looks here, for a moment:  -> asleep, by itself, or -> told, by who kicks it
	told           // it was kicked
)

// kick tells n that it was woken. It runs without the lock, on a node that is in
// no list. (I1)
func (n *node) kick() {
	if n.look.CompareAndSwap(looking, told) { // (I10)
		return
	}
	to, t, shared := n.to, park.Ticket(n.seq), n.joined || n.private
	to.Kick() // n may be another's now, but for its Exposure
	n.Kicked(t, shared)
}

// enrol registers own, or a spare node if own is nil, and returns it and the number of the
// registration; or nil where the queue is closed. The registration waits, or has been
// given the permit, if one was stored. looks says that its waiter may look before it sleeps.
//
// [W1] Announce, then look again: the step that raises the number in the word finds no
// permit, or takes it. The caller's look at its condition comes after it. See [W2].
func (q *Queue) enrol(own *node, looks bool) (*node, park.Ticket) {
	q.mu.Lock()
	s := q.word.Load()
	for s&(woken|closed) == 0 {
		if q.word.CompareAndSwap(s, s+one) { // (I2, I3)
			n := q.begin(own, looks)
			q.list.push(n)
			t := park.Ticket(n.seq)
			q.mu.Unlock()
			return n, t
		}
		s = q.word.Load()
	}
	return q.enrolLate(own, looks)
}

// enrolLate is enrol where there was a permit, or the queue is closed. The lock is held.
func (q *Queue) enrolLate(own *node, looks bool) (*node, park.Ticket) {
	if taken, s := q.take(); !taken { // permit -> given (I3, I4)
		q.mu.Unlock()
		if s&closed != 0 {
			return nil, 0
		}
		return q.enrol(own, looks) // somebody else has taken it
	}
	n := q.begin(own, looks)
	n.phase = byWake
	t := park.Ticket(n.seq)
	q.mu.Unlock()
	n.kick()
	return n, t
}

// begin begins a registration of n, or of a spare node if n is nil, and returns it. The lock is held.
func (q *Queue) begin(n *node, looks bool) *node {
	if n == nil {
		if n = q.house.take(); n == nil {
			n = q.house.another(q)
		}
	}
	q.seq++
	n.seq, n.phase = q.seq, waiting
	if looks && q.pass.Worth(uint32(q.seq)) {
		n.look.Store(looking)
	} else if n.look.Load() != asleep {
		n.look.Store(asleep)
	}
	if n.joined {
		n.to, n.joined = n.sleeper, false
	}
	if q.crowd != nil {
		n.after = q.crowd.came
	}
	return n
}

// rest lets others run, if n's waiter may look before it sleeps, and reports whether it
// has been kicked since. If not, it is to sleep.
func (n *node) rest(t park.Ticket) (kicked bool) {
	if n.look.Load() == asleep {
		return false
	}
	start := n.q.pass.Start(uint32(t))
	park.Pass()
	kicked = !n.look.CompareAndSwap(looking, asleep) // (I10)
	n.q.pass.Stop(start, kicked)
	return kicked
}

// kicked ends the registration of n, which has a node of the house, when its kick has come.
func (n *node) kicked(t park.Ticket) error {
	if n.q.word.Load()&closed == 0 {
		n.q.house.giveBack(n) // given, or covered -> over (I9)
		return nil
	}
	return n.Take(t, true)
}

// retire ends the registration of n. If clean, nobody will kick it any more, and it
// may serve again. The lock is held.
func (q *Queue) retire(n *node, clean bool) {
	n.phase = over // but seq stays: who kicks n still reads it (I1)
	switch {
	case n.private:
		if n.dead = !clean; clean {
			n.next, n.prev = nil, nil // what they point to is not ours to keep
		}
	case clean:
		q.house.giveBack(n)
	default: // whoever kicks it still reads it (I1)
		q.house.lose(n)
	}
}

// settled returns what n was told, or waiting. The lock is held.
func (n *node) settled() phase {
	switch {
	case n.phase != waiting:
		return n.phase
	case n.seq <= n.q.cut:
		return byAll // (I5)
	case n.q.word.Load()&closed != 0:
		return byClose
	}
	return waiting
}

// list is a doubly linked list of nodes.
type list struct{ head, tail *node }

func (l *list) push(n *node) {
	n.next, n.prev = nil, l.tail
	if l.tail == nil {
		l.head = n
	} else {
		l.tail.next = n
	}
	l.tail = n
}

func (l *list) remove(n *node) {
	if n.prev == nil {
		l.head = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next == nil {
		l.tail = n.prev
	} else {
		n.next.prev = n.prev
	}
}

// cutAfter drops everything up to and including n, which stays linked as a chain.
func (l *list) cutAfter(n *node) {
	l.head = n.next
	if l.head == nil {
		l.tail = nil
	} else {
		l.head.prev = nil
	}
	n.next = nil
}
