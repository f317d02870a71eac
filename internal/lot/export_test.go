package lot

import (
	"errors"
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
// hold. Nobody else may use the lot meanwhile.
func CheckBooks[K comparable](l *Lot[K]) error {
	t := l.table.Load()
	if t == nil {
		return nil
	}
	for i := range t.buckets {
		if err := checkBucket(l, t, i); err != nil {
			return fmt.Errorf("bucket %d: %w", i, err)
		}
	}
	return nil
}

func checkBucket[K comparable](l *Lot[K], t *table[K], i int) error {
	b := &t.buckets[i]
	b.latch.Lock()
	err := checkLines(l, t, i)
	b.Close()
	if err == nil && l.table.Load() == t && b.latch.Clear() != (b.lines == nil) {
		err = errors.New("the latch is marked wrongly (I2)")
	}
	return err
}

func checkLines[K comparable](l *Lot[K], t *table[K], i int) error {
	b := &t.buckets[i]
	if l.table.Load() != t {
		return nil // replaced meanwhile
	}
	keys := 0
	for first := b.lines; first != nil; first = first.nextLine {
		keys++
		if t.index(first.hash.Load()) != i {
			return fmt.Errorf("key %v belongs elsewhere", first.key)
		}
		if b.find(&first.key) != first {
			return fmt.Errorf("key %v is there twice", first.key)
		}
		n := 0
		var prev *Waiter[K]
		for w := first; w != nil; prev, w = w, w.next {
			n++
			bed := w.bed.Load()
			switch {
			case w.prev != prev || w.key != first.key:
				return fmt.Errorf("waiter %d of key %v is linked wrongly", n, first.key)
			case w != first && (w.behind != 0 || w.nextLine != nil):
				return fmt.Errorf("waiter %d of key %v stands for a line (I6)", n, first.key)
			case w.phase.Get() != waiting || !w.in:
				return fmt.Errorf("waiter %d of key %v is in phase %d", n, first.key, w.phase.Get())
			case w.hash.Load() != first.hash.Load():
				return fmt.Errorf("waiter %d of key %v has another hash (I1)", n, first.key)
			case bed == w.turn+told:
				return fmt.Errorf("waiter %d of key %v was told (I7)", n, first.key)
			case bed == w.turn+lying && park.Left(w.sleeper.Get().C()):
				return fmt.Errorf("waiter %d of key %v has a token", n, first.key)
			}
		}
		if n != first.behind+1 || n > 1 && first.last != prev {
			return fmt.Errorf("key %v has %d waiters, counted as %d (I6)", first.key, n, first.behind+1)
		}
	}
	if keys != int(b.keys) {
		return fmt.Errorf("%d keys, counted as %d", keys, b.keys)
	}
	return nil
}
