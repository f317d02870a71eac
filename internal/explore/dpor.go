//go:build explore

package explore

// The search.
//
// A node is a state on the current path: one more step was taken there at each level.
// At a node stand the thread whose step is being explored; backtrack, the threads
// whose steps must be; and sleep, those whose steps need not be any more, for
// all that comes after them was visited already.
//
// Invariant (source sets): when a node is left, backtrack has a member of I(v) for every
// execution v from there that is not covered by sleep; I(v), the initials of v,
// are the threads whose first step in v depends on nothing before it in v. So some
// execution of v's class starts with an explored thread.
//
// Who is in backtrack is found out by races. Take an execution E with a race of
// events e and f, e first: dependent, of different threads, and ordered by nothing between
// them. Let v be the events after e that do not follow e, and then f. From the state before e, v
// is possible, it has f before e, and it is of another class. If backtrack has no
// initial of v, one is added.
type node struct {
	thread    int
	choice    int // of a step that can be taken in several ways: the one being explored,
	choices   set // and those that were not explored yet
	fresh     bool
	backtrack set
	sleep     sleepers
	op        Op // to see that the scenario does the same each time
}

// sleepers are threads whose next step need not be explored. wrote says which objects
// of its step each changes: known, for it was taken at a state from which only independent
// steps lead here.
type sleepers struct {
	set
	wrote [maxThreads]set
}

// races looks for the events that race with a step of t, and provides for their reversal. The
// step is the last event, or one that t would take if it were not blocked; acc and order are the event's.
func (s *search) races(t *Thread, r *request, acc []access, before, order *clock, events []event) {
	if s.full {
		return
	}
	for _, a := range acc {
		reversed := false
		for k := len(a.obj.events) - 1; k >= 0; k-- {
			i := int(a.obj.events[k])
			if i >= len(events) {
				continue // the step itself
			}
			f := &events[i]
			wrote := f.changed(a.obj)
			if reversed && wrote {
				break // a read between orders them
			}
			if before.knows(stamp{f.thread.id, f.n}) {
				if wrote {
					break // and all that was before
				}
				continue
			}
			if !wrote && !a.wrote {
				continue
			}
			// If the step was blocked before f, then f is what it waited for, and there
			// is nothing to reverse; but what blocked it may have been a race.
			if s.lacking = (without{events, f}); r.options(&s.lacking) != 0 {
				s.reverse(events, i, t.id, order)
				if wrote {
					break
				}
				reversed = true
			}
		}
	}
}

// blocked looks, at the end of an execution, for the races of steps that were not taken because
// they are blocked. Also if the execution was left as redundant: that the others are asleep
// says that nothing new comes of them here, but if the blocked one goes first, it may.
func (s *search) blocked() {
	x := s.x
	for _, t := range x.threads {
		if t.over || t.next.options(now{}) != 0 {
			continue
		}
		acc := x.accessesOf(&t.next, t.next.writes(0))
		order := t.order
		order[t.id]++
		for _, a := range acc {
			order.join(&a.obj.written)
			if a.wrote {
				order.join(&a.obj.read)
			}
		}
		s.races(t, &t.next, acc, &t.order, &order, x.events)
	}
}

func (e *event) changed(o *object) bool {
	for _, a := range e.acc {
		if a.obj == o {
			return a.wrote
		}
	}
	return false
}

// without is the view of an execution that lacks f and all that follows it.
type without struct {
	events []event
	f      *event
}

func (w *without) state(o *object) state {
	for k := len(o.events) - 1; k >= 0; k-- {
		if i := int(o.events[k]); i < len(w.events) {
			if e := &w.events[i]; !e.follows(w.f) {
				for _, a := range e.acc {
					if a.obj == o {
						return a.after
					}
				}
			}
		}
	}
	return o.first
}

// reverse adds an initial of v to the backtrack set of the node of event i; v is what of the events after it does
// not follow it, and then the step of thread t, whose order is given.
func (s *search) reverse(events []event, i, t int, order *clock) {
	n := &s.path[i]
	e := &events[i]
	var initials, seen set
	var first [maxThreads]int32 // of each thread seen: its first step in v
	visit := func(thread int, step int32, order *clock) {
		if seen.has(thread) {
			return
		}
		initial := true
		for q := range seen.all {
			if order[q] >= first[q] {
				initial = false
			}
		}
		seen, first[thread] = seen.with(thread), step
		if initial {
			initials = initials.with(thread)
		}
	}
	for j := i + 1; j < len(events); j++ {
		if f := &events[j]; !f.follows(e) {
			visit(f.thread.id, f.n, &f.order)
		}
	}
	visit(t, order[t], order)
	if initials.intersects(n.backtrack | n.sleep.set) {
		return
	}
	if initials.has(t) {
		n.backtrack = n.backtrack.with(t)
	} else {
		n.backtrack = n.backtrack.with(initials.lowest())
	}
}
