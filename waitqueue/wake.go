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
			n := q.pick(by)
			q.mu.Unlock()
			if n != nil {
				n.kick()
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

// pick takes the next waiter in the order of by out of the list, gives it that wake, and
// returns it; nil if nobody waits. The lock is held.
func (q *Queue) pick(by phase) *node {
	n := q.list.head
	if by == byWakeLast {
		n = q.list.tail
	}
	if n != nil {
		q.list.remove(n)
		q.word.Add(^uint64(one - 1)) // (I2)
		n.phase = by                 // waiting -> given (I4)
	}
	return n
}

// signal is Signal where somebody was waiting a moment ago.
func (q *Queue) signal() bool {
	q.mu.Lock()
	n := q.pick(bySignal)
	q.mu.Unlock()
	if n == nil {
		return false
	}
	n.kick()
	return true
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
	chain, woke := q.cutOff()
	if woke > 0 { // if not, a Close may have come between: those it woke are not ours
		q.cut = q.seq // (I5)
	}
	q.mu.Unlock()
	kickAll(chain)
	return woke
}

// close closes the queue. The cause comes before the bit: see package cause.
func (q *Queue) close(cause error) int {
	q.cause.Set(cause)
	q.mu.Lock()
	q.word.Or(closed) // (I6); from here on nobody registers
	chain, woke := q.cutOff()
	q.mu.Unlock()
	kickAll(chain)
	return woke
}

// cutOff empties the list and returns what was in it. The lock is held.
func (q *Queue) cutOff() (chain *node, woke int) {
	chain = q.list.head
	q.list = list{}
	s := q.word.Load()
	woke = int(s / one)
	q.word.Add(-(s &^ (one - 1))) // (I2)
	return chain, woke
}

// kickAll kicks a chain that was taken out of the list. (I1, I7)
func kickAll(n *node) {
	for n != nil {
		next := n.next // once kicked, n may be another's
		n.kick()
		n = next
	}
}
