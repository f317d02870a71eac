package lot

// grow replaces t by a larger table, if it is the current one and has more keys than
// buckets. If it has not, the keys of one bucket have hashes that are too alike, and the crowd
// that it takes to come here again is doubled for all buckets.
//
// All locks are held meanwhile (I3), so nobody is between raising a count and being in
// the queue, and nobody reads a bucket of the new table before it is published.
func (l *Lot[K]) grow(t *table[K]) {
	for i := range t.buckets {
		t.buckets[i].mu.Lock() // (I4)
	}
	if l.table.Load() == t {
		l.replace(t)
	}
	for i := range t.buckets {
		t.buckets[i].mu.Unlock()
	}
}

func (l *Lot[K]) replace(t *table[K]) {
	keys := 0
	for i := range t.buckets {
		keys += int(t.buckets[i].keys)
	}
	if keys <= len(t.buckets) {
		for i := range t.buckets {
			t.buckets[i].crowd *= 2
		}
		return
	}
	size := len(t.buckets)
	for size < 2*keys {
		size *= 2
	}
	next := newTable[K](size, int(t.buckets[0].crowd))
	for i := range t.buckets {
		for q := t.buckets[i].queues; q != nil; {
			rest := q.next
			b := next.at(q.hash)
			q.next, b.queues = b.queues, q
			b.keys++
			b.count.Add(int32(q.len)) // (I2); the old table's counts stay (I3)
			q = rest
		}
	}
	l.table.Store(next)
}
