package waitqueue

// take takes a stored permit, if there is one, and returns the word that it found: whether
// there is a permit and whether the queue is closed must be one look.
func (q *Queue) take() (taken bool, s uint64) {
	for {
		s := q.word.Load()
		if s&woken == 0 {
			return false, s
		}
		if q.word.CompareAndSwap(s, s&^woken) { // permit -> taken (I4)
			return true, s
		}
	}
}

// wake is Wake and WakeLast.
//
// [W2] Write, then look: what the wake is about was written before; the steps below look at
// the number of waiters. The waiter does the reverse [W1]: it registers, then looks.
// Either we find it in the list, or it, registering after our step, finds the permit.
func (q *Queue) wake(by phase) bool {
	mustHave(q)
	for {
		s := q.word.Load()
		switch {
		case s >= one:
			q.mu.Lock()
			first := q.pick(by)
			q.mu.Unlock()
			if !first.nobody() {
				first.kick()
				return true
			}
		case s&closed != 0:
			return false
		default:
			if q.word.CompareAndSwap(s, s|woken) { // nobody waits: no permit, or permit -> permit (I3)
				return false
			}
		}
	}
}

// pick takes the next waiter in the order of by out of the line, gives it that wake, and
// returns who must be kicked. The lock is held.
func (q *Queue) pick(by phase) call {
	n := q.list.head
	switch {
	case by == byWakeLast:
		n = q.list.tail // there is no crowd: a Cond has no WakeLast
	case q.crowd != nil && q.crowd.next(n):
		q.crowd.went++   // waiting -> woken
		q.word.Add(less) // (I2)
		return call{crowd: q.crowd}
	}
	if n != nil {
		q.list.remove(n)
		q.word.Add(less) // (I2)
		n.phase = by     // waiting -> given (I4)
	}
	return call{n: n}
}

// signal is Signal where somebody was waiting a moment ago.
func (q *Queue) signal() bool {
	q.mu.Lock()
	first := q.pick(bySignal)
	q.mu.Unlock()
	first.kick()
	return !first.nobody()
}

// wakeN is WakeN where somebody was waiting a moment ago.
func (q *Queue) wakeN(k int) (woke int) {
	q.mu.Lock()
	chain := q.list.head
	last := (*node)(nil)
	for n := chain; n != nil && woke < k; n = n.next {
		n.phase = bySignal // waiting -> given (I4)
		last = n
		woke++
	}
	if last == nil {
		q.mu.Unlock()
		return 0
	}
	q.list.cutAfter(last)
	q.word.Add(-uint64(woke) * one) // (I2)
	q.mu.Unlock()
	kickAll(chain)
	return woke
}

// wakeAll is WakeAll where somebody was waiting a moment ago.
func (q *Queue) wakeAll() int {
	q.mu.Lock()
	out := q.cutOff()
	if out.woke > 0 { // if not, a Close may have come between: those it woke are not ours
		q.cut = q.seq // (I5)
	}
	q.mu.Unlock()
	out.kick()
	return out.woke
}

// close closes the queue. The cause comes before the bit: see package cause.
func (q *Queue) close(cause error) int {
	q.cause.Set(cause)
	q.mu.Lock()
	if s := q.word.Load(); s&closed == 0 && q.crowd != nil {
		q.crowd.shut = q.crowd.went
	}
	q.word.Or(closed) // (I6); from here on nobody registers
	out := q.cutOff()
	q.mu.Unlock()
	out.kick()
	return out.woke
}

// A crew is all who waited at one moment, taken out of the line and not yet kicked.
type crew struct {
	chain *node
	crowd *crowd
	k     uint64 // of the crowd
	woke  int    // all together
}

// cutOff empties the line and returns who stood in it. The lock is held.
func (q *Queue) cutOff() crew {
	s := q.word.Load()
	out := crew{q.list.head, q.crowd, q.crowd.leave(), int(s / one)}
	q.list = list{}
	q.word.Add(-(s &^ (one - 1))) // (I2)
	return out
}

// kick kicks them. The crowd is kicked one by one: if a kick for all came late, it would reach
// those, too, who came since. (I7, I8)
func (c crew) kick() {
	for range c.k {
		c.crowd.bed.Kick()
	}
	kickAll(c.chain)
}

// kickAll kicks a chain that was taken out of the list. (I1, I7)
func kickAll(n *node) {
	for n != nil {
		next := n.next // once kicked, n may be another's
		n.kick()
		n = next
	}
}
