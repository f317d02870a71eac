package waitcell

import (
	"unsafe"

	"github.com/rouse-go/rouse/subscribe"
)

// WordOffset is where in a Cell its word stands.
const WordOffset = unsafe.Offsetof(Cell{}.word)

// BeginRegistering does the first half of a registration, so that the cell stays in
// REGISTERING until finish does the other. Nobody else may be using c.
func BeginRegistering(c *Cell) (finish func() subscribe.Subscription) {
	s := c.word.Load()
	next := s&^(parked|waking) + gen1
	if !c.word.CompareAndSwap(s, next|registering) {
		panic("waitcell: the cell is in use")
	}
	w := c.install(nil, c.slot.Load(), s)
	return func() subscribe.Subscription {
		if w, t := c.publish(w, ticket(next)); w != nil {
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
