package parkinglot

import "github.com/rouse-go/rouse/internal/lot"

// A Result is what an unpark has done, exactly.
type Result struct {
	Unparked int  // how many it has unparked
	Requeued int  // how many wait under another key now
	Left     int  // how many still wait under the key
	Fair     bool // it should be a fair one: see UnparkOne
}

// A Verdict is what a filter says of a waiter.
type Verdict uint8

const (
	Skip   Verdict = iota // it goes on waiting
	Unpark                // it is unparked
	Stop                  // it goes on waiting, and no more are asked about
)

// UnparkOne unparks the longest waiting under key, if there is one.
//
// then, if it is not nil, is called with the bucket locked and the result, also if nobody was
// there; what it returns is the token that the waiter gets. Result.Fair is true now and then, for
// one wake in half a millisecond or so, at random, where there are many: a lock that lets others overtake
// its waiters should then be handed to the waiter instead, so that no one starves.
func (l *Lot) UnparkOne(key Key, then func(Result) (token uint64)) Result {
	l.check(key)
	if then == nil {
		if l.core.Empty(key.hash()) {
			return Result{}
		}
		n, left := l.core.Wake(key, key.hash(), 1, 0)
		return Result{Unparked: n, Left: left}
	}
	h := lot.Held[Key]{Key: key, Hash: key.hash()}
	l.core.Hold(&h)
	defer h.Release()
	h.WakeN(1)
	return l.conclude(&h, then)
}

// UnparkAll unparks all who wait under key, and returns how many. They get token.
func (l *Lot) UnparkAll(key Key, token uint64) int {
	l.check(key)
	if l.core.Empty(key.hash()) {
		return 0
	}
	n, _ := l.core.Wake(key, key.hash(), All, token)
	return n
}

// UnparkFilter asks filter about those who wait under key, in the order in which they parked,
// with the tokens of their Parking. then is as for UnparkOne. Both run with the bucket locked.
// If filter panics, those that it has unparked before are unparked.
func (l *Lot) UnparkFilter(key Key, filter func(token uint64) Verdict, then func(Result) (token uint64)) Result {
	l.check(key)
	if filter == nil {
		panic("parkinglot: nil filter")
	}
	if l.Debug {
		l.calls.enter()
		defer l.calls.leave()
	}
	h := lot.Held[Key]{Key: key, Hash: key.hash()}
	l.core.Hold(&h)
	defer h.Release()
	h.Visit(func(w *lot.Waiter[Key]) lot.Verdict {
		switch filter(w.Word) {
		case Unpark:
			return lot.Wake
		case Stop:
			return lot.Stop
		}
		return lot.Skip
	})
	return l.conclude(&h, then)
}

// UnparkRequeue unparks some who wait under from, the longest waiting first, and makes others of
// them, the next, wait under to instead, behind those who wait there.
//
// plan says how many: those to unpark, and those to requeue; [All] is a number. It is
// called first, with both buckets locked, so that it may look whether things
// still are what they were. A nil plan is one and All. then is as for UnparkOne; the tokens are
// for those who were unparked. If the keys are the same, those who are requeued stay
// where they are, and are counted.
func (l *Lot) UnparkRequeue(from, to Key, plan func() (unpark, requeue int), then func(Result) (token uint64)) Result {
	l.check(from)
	l.check(to)
	if l.Debug {
		l.calls.enter()
		defer l.calls.leave()
	}
	h := lot.Held[Key]{Key: from, Hash: from.hash(), Other: to, OtherHash: to.hash()}
	l.core.HoldBoth(&h)
	defer h.Release()
	unpark, requeue := 1, All
	if plan != nil {
		unpark, requeue = plan()
	}
	if unpark < 0 || requeue < 0 {
		panic("parkinglot: negative count")
	}
	h.Visit(func(*lot.Waiter[Key]) lot.Verdict {
		switch {
		case h.Woken < unpark:
			return lot.Wake
		case h.Moved < requeue:
			return lot.Move
		}
		return lot.Stop
	})
	return l.conclude(&h, then)
}

// conclude makes the result, and asks then for the token.
func (l *Lot) conclude(h *lot.Held[Key], then func(Result) uint64) Result {
	r := Result{Unparked: h.Woken, Requeued: h.Moved, Left: h.Len()}
	if then == nil {
		return r
	}
	r.Fair = r.Unparked > 0 && h.Fair()
	if l.Debug {
		l.calls.during(func() { h.Tell(then(r)) })
	} else {
		h.Tell(then(r))
	}
	return r
}
