package waitqueue

import (
	"fmt"
	"strings"
)

// The queue.
//
//	         head                              tail
//	q.list    n3 <-> n4 <-> n5 <-> n7 <-> n8         waiting, in the order they registered
//	q.cut     2                                      all up to n2 were covered by a WakeAll
//	q.seq     8
//	q.word    5 waiting | WOKEN? | CLOSED?
//	q.house   the nodes, and which of them are spare: see house.go
//	q.crowd   in a Cond, those beside the list: see crowd.go
//
// A registration is a node and its seq, which no other registration of this queue has.
// It is in one of these phases:
//
//	waiting   in the list; or it was, and q.cut or CLOSED says what became of it
//	given     taken out of the list by Wake, WakeLast, Signal or WakeN: it holds that wake
//	over      ended, and perhaps begun anew with another seq
//
// What each operation does, the lock held except where it says "no lock":
//
//	          nobody waiting, no permit   nobody waiting, permit     somebody waiting
//	Wake      permit            no lock   stays; a write   no lock   first -> given
//	WakeLast  permit            no lock   stays; a write   no lock   last -> given
//	Signal    -                 no lock   -                no lock   first -> given
//	WakeN(k)  -                 no lock   -                no lock   first k -> given
//	WakeAll   -                 no lock   -                no lock   list cut off, q.cut = q.seq
//	Close     CLOSED                      CLOSED, permit stays       list cut off, CLOSED
//	register  -> waiting                  permit taken     no lock   -> waiting
//
// Invariants.
//
//	I1. Everything but word, cause and house.back is touched with the lock held. A node that was
//	    taken out of the list, and not yet kicked, is not reused: so who kicks it may read it
//	    without the lock.
//	I2. The number in word is the length of the list, and in a Cond the crowd's, together, whenever
//	    the lock is free; it changes only with the lock held.
//	I3. WOKEN implies that nobody waits. It is set by one step that finds zero waiting, or
//	    with the lock held and an empty list; who registers takes it in the step that would
//	    have raised the number.
//	I4. Every wake is in one place: WOKEN, or one given node. It leaves by being taken; wakes
//	    that meet in WOKEN become one; a Signal that is handed on and finds nobody ends.
//	I5. A WakeAll is the one step q.cut = q.seq: it covers the nodes whose seq is no greater,
//	    each once, and no others. It is taken only if somebody waits, so never after a Close.
//	    It is never handed on.
//	I6. CLOSED is never cleared, and with it nobody waits. WOKEN may stand beside it: that
//	    wake came before.
//	I7. Who takes a node out of the list kicks its sleeper, once, after unlocking.
//	I8. The crowd's places in its bed are taken with the lock held, in the order of their
//	    numbers. Who raises went by k kicks the bed k times, after unlocking. So there are never
//	    more kicks than went, and they reach those numbers that went says, and no others.
//	I9. A node serves or is spare. A spare one has no token and nobody who kicks it, and is in
//	    no list. It begins to serve with the lock held. It is given back by the one who holds
//	    its registration, once, when that is over and its token is gone. With or without the
//	    lock: a wait that has received the token of its own node, on a queue that is not
//	    closed, knows that it was woken, for CLOSED comes before the kicks of a close.
//	I10. A node's waiter looks or sleeps, and look says which: who kicks a looking one changes that to
//	    told and leaves no token; who goes to sleep changes it to asleep, if it is not told by then. Of
//	    those two steps one comes first, and the other fails. After told the node is its waiter's again.
//
// Spurious kicks are legal. A missed one is not.
const (
	woken  = 1 << iota // a permit is stored
	closed             // final
	one                // one waiter: the rest of the word is their number

	less = ^uint64(one - 1) // added, it is one waiter less
)

// State is a snapshot of a queue, for people: for messages, tests and
// debuggers. It may be out of date when it is returned.
type State uint64

// String answers "WAITING" for a queue where nothing happens, and otherwise names what
// there is: "PARKED(3)" for three registered waiters, "WOKEN" for a stored permit, "CLOSED".
func (s State) String() string {
	var set []string
	if s&woken != 0 {
		set = append(set, "WOKEN")
	}
	if s&closed != 0 {
		set = append(set, "CLOSED")
	}
	if s >= one {
		set = append(set, fmt.Sprintf("PARKED(%d)", s/one))
	}
	if set == nil {
		return "WAITING"
	}
	return strings.Join(set, "|")
}
