package lot

import "github.com/rouse-go/rouse/internal/latch"

// grow replaces t by a larger table, if it is the current one and has more keys than
// buckets. If it has not, the keys of one bucket have hashes that are too alike, and the crowd
// that it takes to come here again is doubled for all buckets.
//
// All latches are held meanwhile (I3), so nobody is between taking one and being in
// the line, and nobody reads a bucket of the new table before it is published.
func (l *Lot[K]) grow(t *table[K]) {
	for i := range t.buckets {
		if !t.buckets[i].latch.Lock() { // (I4)
			return // another has replaced t: that was the first bucket (I3)
		}
	}
	replaced := l.replace(t)
	for i := range t.buckets {
		if b := &t.buckets[i]; replaced {
			b.latch.Retire() // (I3)
		} else {
			b.Close()
		}
	}
}

func (l *Lot[K]) replace(t *table[K]) bool {
	keys := 0
	for i := range t.buckets {
		keys += int(t.buckets[i].keys)
	}
	if keys <= len(t.buckets) {
		for i := range t.buckets {
			t.buckets[i].crowd *= 2
		}
		return false
	}
	size := len(t.buckets)
	for size < 2*keys {
		size *= 2
	}
	next := newTable[K](size, int(t.buckets[0].crowd))
	for i := range t.buckets {
		for w := t.buckets[i].lines; w != nil; {
			rest := w.nextLine
			b := next.at(w.hash.Load())
			w.nextLine, b.lines = b.lines, w
			b.keys++
			w = rest
		}
	}
	for i := range next.buckets {
		if b := &next.buckets[i]; b.lines != nil {
			b.latch.Lock()
			b.latch.Unlock(latch.Marked) // (I2)
		}
	}
	l.table.Store(next)
	return true
}
