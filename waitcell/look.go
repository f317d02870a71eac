package waitcell

import "github.com/rouse-go/rouse/internal/park"

// A waiter may look before it lies down: LOOKING, in state.go. For a goroutine that is one
// look, after it has let others run (see package spin); for a thread see thread.go.
//
// Cell.Wait and Bound.Wait have the same few lines for it in themselves. As a function they
// cost a tenth to a quarter more of a round trip, for the reason told at park.Await.

// kind says how the next waiter of w is to wait, the word being s: looking first, where that was
// worth it lately, or parked.
func (w *waiter) kind(s uint32) uint32 {
	if w != nil && w.pass.Worth(s>>genShift) {
		return parked | looking
	}
	return parked
}

// lieDown makes a registration that looks one that is sent a token. False: it has an outcome.
func (w *waiter) lieDown(t park.Ticket) bool {
	for {
		p, s := w.find(t)
		if p != isPending {
			return false
		}
		if w.cell.word.CompareAndSwap(s, s&^(looking|asleep)) { // looking or dozing -> parked (I8)
			return true
		}
	}
}
