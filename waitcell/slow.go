package waitcell

import "github.com/rouse-go/rouse/internal/park"

// give gives a wake to the waiter, or stores it: Wake. On a closed cell it does nothing,
// unless the wake was delivered before the close and is now handed on.
//
// [W2] Write, then look: what the wake is about was written before Wake, and the steps
// below look at the bits. The waiter does the reverse [W1]: it registers, then looks. For
// both to miss, each look would have to come before the other's write; one total
// order forbids it. So either we find PARKED and kick, or the waiter, registering
// after our step, finds WOKEN.
func (c *Cell) give(handOn bool) bool {
	mustHave(c)
	for {
		s := c.word.Load()
		switch {
		case s&woken != 0:
			// There is nothing to add, and yet a write is owed: the wait that takes that wake
			// must see what we did before (P2). Adding zero is that write.
			if c.word.Add(0)&woken != 0 { // woken -> woken
				return false
			}
		case s&closed != 0 && !handOn:
			return false
		case s&parked != 0:
			// The record is read before the step, so that nobody has to be kept from
			// changing slot while we read. It is the right one if the step succeeds:
			// slot changes only with g (I1), and the step compares g too.
			w := c.slot.Load()
			if c.word.CompareAndSwap(s, s&^held|waking) { // parked -> waking (I4)
				w.kick(ticket(s), s)
				return true
			}
		default:
			if c.word.CompareAndSwap(s, s|woken) { // idle, registering or waking -> + woken (I5)
				return false
			}
		}
	}
}

// closeSlow closes the cell. The cause comes before the bit: see package cause.
func (c *Cell) closeSlow(cause error) bool {
	c.cause.Set(cause)
	for {
		s := c.word.Load()
		if s&closed != 0 {
			return false
		}
		w := c.slot.Load()                      // as in give
		if c.word.CompareAndSwap(s, s|closed) { // * -> * + closed (I6)
			if s&parked == 0 {
				return false
			}
			w.kick(ticket(s), s) // (I4)
			return true
		}
	}
}

// enrol registers f, or the cell's own record if f is nil, and returns the record
// and the number of the registration; or nil where the cell is closed. The
// registration is parked, or already waking if a wake was stored.
//
// [W1] Announce, then look again: PARKED, set by a compare-and-swap that finds no
// WOKEN, is both at once; the caller's look at its condition comes after it. See [W2].
func (c *Cell) enrol(f *waiter) (*waiter, park.Ticket) {
	s, w := c.word.Load(), c.slot.Load()
	if next := s + gen1 | parked; s&(gen1-1) == 0 && next >= gen1 && w.serves(f) && c.word.CompareAndSwap(s, next) {
		return w, ticket(next) // idle -> parked (I2): nearly always
	}
	return c.enrolSlow(f, parked)
}

// enrolSlow is enrol in every state, for a waiter of that kind: parked, or parked|thread.
func (c *Cell) enrolSlow(f *waiter, kind uint32) (*waiter, park.Ticket) {
	for {
		s := c.word.Load()
		if s&registering != 0 {
			park.Yield() // held for the few instructions of install and publish
			continue
		}
		if s&(woken|closed) == closed {
			return nil, 0
		}
		next := s&^(held|waking) + gen1
		w := c.slot.Load()
		if s&(parked|waking) == 0 && w.serves(f) && next>>genShift != 0 {
			next, kick := announce(next, kind)
			if c.word.CompareAndSwap(s, next) { // idle -> parked, or woken -> waking
				if kick {
					w.kick(ticket(next), kind)
				}
				return w, ticket(next)
			}
			continue
		}
		if c.word.CompareAndSwap(s, next|registering) { // idle, woken, parked or waking -> registering (I1)
			w = c.install(f, w, s)
			return c.publish(w, ticket(next), kind)
		}
	}
}

// announce returns the word of a waiter that is registered, and whether it must be
// kicked because a stored wake was given to it.
func announce(s, kind uint32) (next uint32, kick bool) {
	if s&woken != 0 {
		return s&^woken | waking, true
	}
	return s | kind, false
}

// publish ends REGISTERING. Wake and Close do not wait for a registration: they
// leave their bit, and it is found here.
func (c *Cell) publish(w *waiter, t park.Ticket, kind uint32) (*waiter, park.Ticket) {
	for {
		s := c.word.Load()
		if s&(woken|closed) == closed {
			if c.word.CompareAndSwap(s, s&^registering) { // registering -> closed
				return nil, 0
			}
			continue
		}
		next, kick := announce(s&^registering, kind)
		if c.word.CompareAndSwap(s, next) { // registering -> parked, or waking
			if kick {
				w.kick(t, kind)
			}
			return w, t
		}
	}
}

// install writes a record into slot: f, or one of the cell's own. It runs with
// REGISTERING set; s is the word before that, and old what slot held.
func (c *Cell) install(f, old *waiter, s uint32) *waiter {
	switch {
	case s&parked != 0:
		old.detached.Store(mark(ticket(s), replaced))
		old.kick(ticket(s), s) // (I4)
	case s&waking != 0:
		old.detached.Store(mark(ticket(s), delivered)) // whoever made it waking kicks (I5)
	}
	own := old.home()
	if own != nil && ticket(s+gen1) == 0 {
		own = nil // (I7)
	}
	w := f
	if f == nil {
		if own == nil {
			own = &waiter{cell: c, sleeper: park.NewSleeper()}
		}
		w = own
	} else {
		f.own.Set(own)
	}
	c.slot.Store(w)
	return w
}
