package waitcell

import (
	"errors"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/internal/spin"
)

// ErrReplaced is returned to a waiter whose place another one took: a Cell holds
// one waiter, and the newcomer gets the place. The cell can be waited on
// again; two that wait in loops should use a waitqueue.Queue.
var ErrReplaced = errors.New("waitcell: replaced by another waiter")

// A waiter is a record that can stand in a cell's slot. The cell has one of its
// own, used over and over; a guest is one with a sleeper that is not the
// cell's: that of a Bound, or of a wait for several sources.
type waiter struct {
	park.Exposure
	cell    *Cell
	sleeper park.Sleeper
	guest   bool

	pass         spin.Pass  // what it was worth to let others run before sleeping
	look, kernel spin.Gauge // the same for the two steps of a thread

	// Not 0: this record is given up, and does not return to the slot. It is the
	// ticket of the last registration <<8, and what became of that: replaced or
	// delivered, written by the newcomer that put it out, or ended. See settle.
	detached atom.Uint32

	own  atom.Guarded[*waiter] // of a guest: the cell's own record, carried along (I1)
	bed  atom.Guarded[*waiter] // of the cell's own: a guest with a sleeper made for this cell (Join) (I1)
	away atom.Guarded[*waiter] // of the cell's own: the guest that last slept in another's bed (Join) (I1)
}

const (
	replaced = iota + 1
	delivered
	ended
)

func ticket(s uint32) park.Ticket { return park.Ticket(s >> genShift) }

// serves reports whether w can be used as it is for a registration of f (nil: of the cell itself).
func (w *waiter) serves(f *waiter) bool {
	if w == nil || w.detached.Load() != 0 {
		return false
	}
	return w == f || f == nil && !w.guest
}

// home returns the cell's own record, given the one in slot, if there is a usable one. (I1)
func (w *waiter) home() *waiter {
	if w != nil && w.guest {
		w = w.own.Get()
	}
	if w == nil || w.detached.Load() != 0 {
		return nil
	}
	return w
}

func mark(t park.Ticket, how uint32) uint32 { return uint32(t)<<genShift | how }

// place is where the books say about a registration.
type place int

const (
	isPending   place = iota
	isDelivered       // WAKING: a wake was given to it
	isClosed          // PARKED and CLOSED
	isReplaced        // put out of the slot while parked
	isKept            // put out of the slot while waking: the wake is in the record
	isEnded
)

// find returns where registration t of w stands, and the word or the detached
// mark that says so, for a compare-and-swap.
func (w *waiter) find(t park.Ticket) (place, uint32) {
	for {
		s := w.cell.word.Load()
		if s&registering != 0 {
			park.Yield() // it may be putting us out of the slot this moment
			continue
		}
		if ticket(s) == t && w.cell.slot.Load() == w { // the slot of s: had it changed, so had g, and t is past
			switch {
			case s&waking != 0:
				return isDelivered, s
			case s&(parked|closed) == parked|closed:
				return isClosed, s
			case s&parked != 0:
				return isPending, s
			}
			return isEnded, s
		}
		if ticket(s) == t && w.cell.word.Load() != s {
			continue // put out of the slot between our two reads
		}
		d := w.detached.Load() // written before the REGISTERING that put us out was cleared
		if park.Ticket(d>>genShift) == t {
			switch d & (gen1 - 1) {
			case replaced:
				return isReplaced, d
			case delivered:
				return isKept, d
			}
		}
		return isEnded, d
	}
}

// C implements park.Registration.
func (w *waiter) C() <-chan struct{} { return w.sleeper.C() }

// Expose implements park.Registration.
func (w *waiter) Expose(t park.Ticket) { w.Exposure.Expose(t, w.C()) }

// Sleeper implements park.Joiner.
func (w *waiter) Sleeper() park.Sleeper { return w.sleeper }

// Peek implements park.Registration.
func (w *waiter) Peek(t park.Ticket) error {
	p, _ := w.find(t)
	return w.outcome(p)
}

func (w *waiter) outcome(p place) error {
	switch p {
	case isPending:
		return park.ErrPending
	case isClosed:
		return w.cell.cause.Err()
	case isReplaced:
		return ErrReplaced
	case isEnded:
		return park.ErrEnded
	}
	return nil
}

// Take implements park.Registration.
func (w *waiter) Take(t park.Ticket, token bool) error {
	if token && w.took(t) {
		return nil
	}
	return w.takeSlow(t, token)
}

// took is Take where it is most common and cheapest: the token was received, and a wake is
// what it was for. It inlines; if it answers false, nothing has changed.
func (w *waiter) took(t park.Ticket) bool {
	s := w.cell.word.Load()
	return ticket(s) == t && s&(waking|registering) == waking && w.cell.slot.Load() == w &&
		w.cell.word.CompareAndSwap(s, s&^waking) // waking -> idle (I5)
}

func (w *waiter) takeSlow(t park.Ticket, token bool) error {
	for {
		p, s := w.find(t)
		done := true
		switch p {
		case isDelivered:
			if !token {
				w.settle(t)
				token = true
			}
			done = w.cell.word.CompareAndSwap(s, s&^waking) // waking -> idle (I5)
		case isClosed:
			done = w.cell.word.CompareAndSwap(s, s&^held) // closed+P -> closed
		case isKept:
			done = w.detached.CompareAndSwap(s, mark(t, ended)) // (I5)
		}
		if done {
			return w.outcome(p)
		}
	}
}

// Withdraw implements park.Registration.
func (w *waiter) Withdraw(t park.Ticket) bool {
	for {
		p, s := w.find(t)
		if p != isPending {
			return false
		}
		if w.cell.word.CompareAndSwap(s, s&^held) { // parked -> idle
			return true
		}
	}
}

// Cancel implements park.Registration.
func (w *waiter) Cancel(t park.Ticket) { w.cancel(t, false) }

// cancel is Cancel; token says that none is in the way of a later registration.
func (w *waiter) cancel(t park.Ticket, token bool) {
	for {
		p, s := w.find(t)
		switch p {
		case isPending, isClosed:
			if w.cell.word.CompareAndSwap(s, s&^held) { // parked -> idle
				return
			}
		case isDelivered:
			if !token {
				w.settle(t)
				token = true
			}
			if w.cell.word.CompareAndSwap(s, s&^waking|woken) { // waking -> woken (I5)
				return
			}
		case isKept:
			if w.detached.CompareAndSwap(s, mark(t, ended)) {
				w.cell.give(true) // (I5)
				return
			}
		default:
			return
		}
	}
}

// settle makes sure that no token of registration t meets a later one: the token is
// taken here, or was taken by the user; or it may still be on its way, and then the record
// is given up, and the cell makes another when it needs one. A guest's sleeper is nobody's
// but its owner's, who minds no token too many.
//
// It must be a compare-and-swap: a newcomer may have marked the record as
// delivered since we looked, and that mark is the wake (I5).
func (w *waiter) settle(t park.Ticket) {
	if !w.guest && !w.Settle(t, w.C()) {
		w.detached.CompareAndSwap(0, mark(t, ended))
	}
}

// kick tells the holder of registration t to look. s is the word that said of what kind it is.
func (w *waiter) kick(t park.Ticket, s uint32) {
	if s&looking != 0 {
		w.rouse(s)
		return
	}
	w.sleeper.Kick()
	w.Kicked(t, false)
}

// Join implements park.Joiner.
func (w *waiter) Join(t park.Ticket, s park.Sleeper) (park.Registration, park.Ticket, bool) {
	c := w.cell
	for {
		p, word := w.find(t)
		if p != isPending {
			return w, t, false
		}
		next := word&^held + gen1
		if !c.word.CompareAndSwap(word, next|registering) { // parked -> registering (I1)
			continue
		}
		g := w.guestFor(s)
		if ticket(next) != 0 {
			g.own.Set(w)
		} else {
			g.own.Set(nil) // (I7)
		}
		c.slot.Store(g)
		if r, t := c.publish(g, ticket(next), parked); r != nil {
			return r, t, true
		}
		return (*shut)(c), 0, false
	}
}

// guestFor returns the guest that stands in for w with sleeper s, or, for the zero Sleeper,
// with one of w's own. (I1)
//
// Nobody but the holder of a registration of w sleeps in w's bed. If the last one was put out
// of the slot, it may be asleep there still: then the bed is left to it.
func (w *waiter) guestFor(s park.Sleeper) *waiter {
	kept := &w.away
	if s == (park.Sleeper{}) {
		kept = &w.bed
	}
	g := kept.Get()
	if g != nil && g.detached.Load() == 0 && (kept == &w.bed || g.sleeper == s) {
		return g
	}
	if kept == &w.bed {
		s = park.NewSleeper()
	}
	g = &waiter{cell: w.cell, guest: true, sleeper: s}
	kept.Set(g)
	return g
}

// shut is the registration of one who came after the close.
type shut Cell

func (c *shut) Expose(park.Ticket)           {}
func (c *shut) C() <-chan struct{}           { return park.Closed() }
func (c *shut) Peek(park.Ticket) error       { return c.cause.Err() }
func (c *shut) Take(park.Ticket, bool) error { return c.cause.Err() }
func (c *shut) Withdraw(park.Ticket) bool    { return false }
func (c *shut) Cancel(park.Ticket)           {}
