package waitcell

import (
	"unsafe"

	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/subscribe"
)

// TokenLeft reports whether a token is in the channel of the cell's own record, which the next
// registration would take for its own (there is none on a closed cell). Nobody may be using c.
func TokenLeft(c *Cell) bool {
	w := c.slot.Load()
	return w != nil && !w.guest && w.detached.Load() == 0 && c.word.Load()&(parked|waking|closed) == 0 && park.Left(w.C())
}

// WordOffset is where in a Cell its word stands.
const WordOffset = unsafe.Offsetof(Cell{}.word)

// BeginRegistering does the first half of a registration, so that the cell stays in
// REGISTERING until finish does the other. Nobody else may be using c.
func BeginRegistering(c *Cell) (finish func() subscribe.Subscription) {
	s := c.word.Load()
	next := s&^(held|waking) + gen1
	if !c.word.CompareAndSwap(s, next|registering) {
		panic("waitcell: the cell is in use")
	}
	w := c.install(nil, c.slot.Load(), s)
	return func() subscribe.Subscription {
		if w, t := c.publish(w, ticket(next), parked); w != nil {
			return subscribe.New(w, t)
		}
		return subscribe.New((*shut)(c), 0)
	}
}

// BeforeRepeat makes c, which must be idle, look as after so many registrations that
// only n are left before their numbers repeat.
func BeforeRepeat(c *Cell, n uint32) {
	const gens = 1 << (32 - genShift)
	c.word.Store((gens-1-n)<<genShift | c.word.Load()&(gen1-1))
}

// DeliverUnkicked does the first half of a Wake of c, which has a waiter: the wake is in the books, and the
// waker has not kicked yet. kick does the other half.
func DeliverUnkicked(c *Cell) (kick func()) {
	s := c.word.Load()
	w := c.slot.Load()
	if s&parked == 0 || !c.word.CompareAndSwap(s, s&^held|waking) {
		panic("waitcell: no waiter")
	}
	return func() { w.kick(ticket(s), s) }
}

// Settle returns the step of the same name, of the waiter that is in the cell now: it comes after
// a look that may be out of date by then.
func Settle(c *Cell) func() {
	w, t := c.slot.Load(), ticket(c.word.Load())
	return func() { w.settle(t) }
}
