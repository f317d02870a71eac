package lot

// Wake wakes up to n of those who wait under key, in order, with token. It returns how many it woke, and
// how many still wait there. If the bucket is clear, it takes no latch. [W2]
func (l *Lot[K]) Wake(key K, hash uint64, n int, token uint64) (woken, left int) {
	if l.Empty(hash) {
		return 0, 0
	}
	b := l.Open(hash)
	first := b.find(&key)
	if first == nil {
		b.Close()
		return 0, 0
	}
	all := first.behind + 1
	var out chain[K]
	woken = out.addN(b, first, n, token)
	b.Close()
	out.kick()
	return woken, all - woken
}

// WakeSome wakes up to n of those who wait under key and whose Word has one of the bits of some, in
// order. It stops before one whose Word has one of the bits of stop, and says so.
func (l *Lot[K]) WakeSome(key K, hash uint64, n int, some, stop uint64) (woken int, stopped bool) {
	b := l.TryOpen(hash)
	if b == nil {
		b = l.Open(hash)
	}
	var out chain[K]
	woken, stopped = out.addSome(b, b.find(&key), n, some, stop)
	if !b.tryClose() {
		b.Close()
	}
	out.kick()
	return woken, stopped
}

// A chain is those who were taken out and are to be kicked, in order, linked by next. (I5)
type chain[K comparable] struct{ first, last *Waiter[K] }

// addN takes up to n out of the line that begins with first, with token, and returns how many.
func (c *chain[K]) addN(b *Bucket[K], first *Waiter[K], n int, token uint64) (woken int) {
	for first != nil && woken < n {
		w := first
		first = w.next
		w.Token = token
		b.take(w, w)
		c.add(w)
		woken++
	}
	return woken
}

// addSome takes up to n out who have one of the bits of some, and returns how many. It stops before one that
// has one of the bits of stop.
func (c *chain[K]) addSome(b *Bucket[K], first *Waiter[K], n int, some, stop uint64) (woken int, stopped bool) {
	for w := first; w != nil && woken < n; {
		if w.Word&stop != 0 {
			return woken, true
		}
		next := w.next
		if w.Word&some != 0 {
			b.take(first, w)
			c.add(w)
			if woken++; w == first {
				first = next
			}
		}
		w = next
	}
	return woken, false
}

// add adds w, which was taken out of its line. The latch is held.
func (c *chain[K]) add(w *Waiter[K]) {
	w.phase.Set(woken) // waiting -> woken
	switch {
	case w.exposed: // now, so that its owner need not wait for more than the latch
		w.sleeper.Get().Kick()
		w.bed.Store(w.turn + told) // looking -> told; w may be in use again now
		return
	case c.last == nil:
		c.first = w
	default:
		c.last.next = w
	}
	c.last = w
}

// kick kicks all. No latch is held.
func (c *chain[K]) kick() {
	for w := c.first; w != nil; {
		next := w.next // once kicked, w may be its owner's again
		w.next = nil
		w.kick()
		w = next
	}
}

// kick tells w that it was woken.
func (w *Waiter[K]) kick() {
	if s := w.bed.Load(); s != w.turn+lying && w.bed.CompareAndSwap(s, w.turn+told) { // looking -> told (I7)
		return // w may be in use again now
	}
	w.sleeper.Get().Kick() // w may be in use again now
}
