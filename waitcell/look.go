package waitcell

import "github.com/rouse-go/rouse/internal/park"

// A waiter may look before it lies down: LOOKING, in state.go. For a goroutine that is one
// look, after it has let others run (see package spin); for a thread see thread.go.

// kind says how the next waiter of w is to wait, the word being s: looking first, where that was
// worth it lately, or parked.
func (w *waiter) kind(s uint32) uint32 {
	if w != nil && w.pass.Worth(s>>genShift) {
		return parked | looking
	}
	return parked
}

// glance lets others run, once, and looks. If registration t has no outcome then, it lies
// down: it is sent a token from now on. Otherwise t is over, with that outcome.
func (w *waiter) glance(t park.Ticket) (over bool, err error) {
	start := w.pass.Start(uint32(t))
	park.Pass()
	found := w.took(t)
	w.pass.Stop(start, found)
	switch {
	case found:
		return true, nil
	case w.lieDown(t):
		return false, nil
	}
	return true, w.Take(t, true)
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
