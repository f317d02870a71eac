package lot

import (
	"fmt"

	"github.com/rouse-go/rouse/internal/park"
)

// NewSmall returns a lot whose first table has so many buckets, each of which is crowded
// with more than so many keys.
func NewSmall[K comparable](size, crowd int) *Lot[K] { return &Lot[K]{size: size, crowd: crowd} }

// Warm makes the first table.
func (l *Lot[K]) Warm() { l.current() }

// Buckets is how many buckets there are now.
func (l *Lot[K]) Buckets() int { return len(l.current().buckets) }

// Table identifies the table.
func (l *Lot[K]) Table() any { return l.current() }

// CheckBooks looks through the books and tells of the first invariant of lot.go that does not
// hold. It may be called at any time.
func CheckBooks[K comparable](l *Lot[K]) error {
	t := l.table.Load()
	if t == nil {
		return nil
	}
	for i := range t.buckets {
		b := &t.buckets[i]
		b.mu.Lock()
		err := checkBucket(l, t, i)
		b.mu.Unlock()
		if err != nil {
			return fmt.Errorf("bucket %d: %w", i, err)
		}
	}
	return nil
}

func checkBucket[K comparable](l *Lot[K], t *table[K], i int) error {
	b := &t.buckets[i]
	if l.table.Load() != t {
		return nil // replaced meanwhile
	}
	keys, waiters := 0, 0
	for q := b.queues; q != nil; q = q.next {
		keys++
		if t.index(q.hash) != i {
			return fmt.Errorf("key %v belongs elsewhere", q.key)
		}
		if b.find(q.key) != q {
			return fmt.Errorf("key %v is there twice", q.key)
		}
		n := 0
		var prev *Waiter[K]
		for w := q.head; w != nil; prev, w = w, w.next {
			n++
			switch {
			case w.prev != prev || w.queue != q:
				return fmt.Errorf("waiter %d of key %v is linked wrongly", n, q.key)
			case w.phase.Get() != waiting || !w.in:
				return fmt.Errorf("waiter %d of key %v is in phase %d", n, q.key, w.phase.Get())
			case w.hash.Load() != q.hash:
				return fmt.Errorf("waiter %d of key %v has another hash (I1)", n, q.key)
			case w.bed.Load() == told:
				return fmt.Errorf("waiter %d of key %v was told (I7)", n, q.key)
			case w.bed.Load() == lying && park.Left(w.sleeper.Get().C()):
				return fmt.Errorf("waiter %d of key %v has a token", n, q.key)
			}
		}
		if n == 0 || n != q.len || q.tail != prev {
			return fmt.Errorf("key %v has %d waiters, counted as %d (I6)", q.key, n, q.len)
		}
		waiters += n
	}
	free := 0
	for q := b.free; q != nil; q = q.next {
		var zero K
		if free++; q.key != zero || q.head != nil || q.len != 0 {
			return fmt.Errorf("a spare queue keeps something")
		}
	}
	switch {
	case keys != int(b.keys):
		return fmt.Errorf("%d keys, counted as %d", keys, b.keys)
	case waiters != int(b.count.Load()):
		return fmt.Errorf("%d waiters, counted as %d (I2)", waiters, b.count.Load())
	case free != int(b.spares) || free > spares:
		return fmt.Errorf("%d spare queues, counted as %d", free, b.spares)
	}
	return nil
}
