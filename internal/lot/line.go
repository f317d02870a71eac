package lot

// A line is those who wait under one key, in the order in which they came, linked by next and prev. The
// first of them has what belongs to the line as a whole. (I6) All of this is for who holds the latch. (I1)
//
//	b.lines -> w1 <-> w4 <-> w5       w1.last = w5, w1.behind = 2
//	           | nextLine
//	           w2                     w2.behind = 0, and w2.last says nothing

// find returns the first who waits under key, or nil.
func (b *Bucket[K]) find(key *K) *Waiter[K] {
	w := b.lines
	for w != nil && w.key != *key {
		w = w.nextLine
	}
	return w
}

// push puts w at the end of the line of its key.
func (b *Bucket[K]) push(w *Waiter[K]) {
	if first := b.find(&w.key); first != nil {
		first.follow(w)
	} else {
		b.lead(w)
	}
}

// lead puts w at the head of a line of its own.
func (b *Bucket[K]) lead(w *Waiter[K]) {
	if b.lines != nil {
		w.nextLine = b.lines
	}
	b.lines = w
	b.keys++
}

// follow puts w at the end of the line that begins with first.
func (first *Waiter[K]) follow(w *Waiter[K]) {
	last := first
	if first.behind != 0 {
		last = first.last
	}
	last.next, w.prev = w, last
	first.last = w
	first.behind++
}

// take takes w out of the line that begins with first.
func (b *Bucket[K]) take(first, w *Waiter[K]) {
	if w != first {
		w.prev.next = w.next
		if w.next == nil {
			first.last = w.prev
		} else {
			w.next.prev = w.prev
		}
		first.behind--
		w.prev, w.next = nil, nil
		return
	}
	at := &b.lines
	for *at != w {
		at = &(*at).nextLine
	}
	second := w.next
	if second == nil {
		*at = w.nextLine
		b.keys--
	} else {
		*at = second
		second.last, second.behind, second.nextLine = w.last, w.behind-1, w.nextLine
		second.prev, w.next = nil, nil
		w.last, w.behind = nil, 0
	}
	if w.nextLine != nil {
		w.nextLine = nil
	}
}
