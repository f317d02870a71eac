package lot

import (
	"golang.org/x/sys/cpu"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/latch"
	"github.com/rouse-go/rouse/internal/spin"
)

// The lot.
//
//	l.table -> mask, buckets
//	             bucket 0: latch (marked) -> key a: w1 <-> w4      in the order they came
//	                                         |
//	                                         key d: w2
//	             bucket 1: latch (free)   -> (none)
//
// A waiter is in one of these phases:
//
//	idle      in no line; its owner's
//	waiting   in the line of its key
//	woken     taken out by Wake, and kicked, or about to be
//
// What each operation does, the latch of the bucket held except where it says "no latch":
//
//	            idle                          waiting                 woken
//	Prepare     -> waiting, if validate       panics                  panics
//	Wake                                      -> woken
//	Move                                      the other key's, last
//	Finish      -                             -> idle, withdrawn      -> idle, no latch
//
// How it is told is decided without a latch, in its word bed, which names the wait that it speaks of: what
// it says of an earlier one counts as looking.
//
//	            looking                       lying                   told
//	kick        -> told                       a token
//	lieDown     -> lying                                              stays; no token comes
//
// An exposed waiter does not lie down: it is sent a token, and then told, before the latch is released.
//
// Invariants.
//
//	I1. What is in a bucket, and the place and phase of a waiter in it, is touched with the
//	    bucket's latch held, the bucket being one of the current table. Waiter.hash names that
//	    bucket: it changes only with the latches of the old one and the new one held.
//	I2. A latch is left marked if and only if somebody is in its bucket. So a bucket whose latch is
//	    clear has nobody in it and nobody who is registering or moving somebody there.
//	I3. The table changes only with the latches of all its buckets held, and those of the one that was
//	    replaced are then retired. So who holds a latch holds one of the current table, which stays that.
//	I4. Two latches are taken in the order of the buckets in the table, as are all of them.
//	I5. Who takes a waiter out kicks it, once: an exposed one at once, others after unlocking. Its owner
//	    does not use it again before the kick is over. So who kicks may read it without a latch.
//	I6. The first of a line stands for it among the lines of its bucket. A line is not empty.
//	I7. A kick is one of two: bed goes from looking to told, or the waiter is lying and gets a
//	    token. Its owner alone makes a looking waiter a lying one. Both steps are a compare-and-swap
//	    from looking, so one of them comes first, and the other sees it: the owner is told and does not
//	    lie down, or the kicker finds it lying. A channel is there before lying is.
//
// [W1] Announce, then look again: whoever registers takes the latch, then validates; HoldBoth takes
// that of the second key, then the holder decides whether to move. From then on the bucket is not clear:
// its latch is held, and then marked. A waker does the reverse: it writes what validate reads, then asks whether
// the bucket is clear [W2]. For both to miss, each look would have to come before the other's
// write: one total order forbids it.
//
// A Lot must not be copied after first use. The zero value is ready.
type Lot[K comparable] struct {
	table atom.Pointer[table[K]] // nil: nobody ever waited
	size  int                    // of the first table; 0: firstSize
	crowd int                    // of a bucket; 0: crowd
}

const (
	firstSize = 16 // buckets of the first table
	crowd     = 4  // keys in one bucket, when it is time to look if there are too few buckets
)

type table[K comparable] struct {
	buckets []Bucket[K] // a power of two
}

// A Bucket is those who wait under some keys: the lines of these, linked by nextLine. Its fields fill
// less than a cache line, and the pad keeps another bucket's off it, wherever the line begins.
type Bucket[K comparable] struct {
	latch latch.Latch // (I2)
	lines *Waiter[K]  // (I1) (I6)
	keys  int32       // how many lines (I1)
	crowd int32       // more keys than this: see Lot.grow (I1)
	fair  fairness    // (I1)
	pass  spin.Pass   // of those who wait here; no latch
	_     cpu.CacheLinePad
	_     [2]uint64 // 128 bytes, where a line has 64: an index costs a shift
}

func newTable[K comparable](buckets, crowd int) *table[K] {
	t := &table[K]{make([]Bucket[K], buckets)}
	for i := range t.buckets {
		t.buckets[i].crowd = int32(crowd)
	}
	return t
}

// index returns the place of hash in the table. The upper half counts: a multiplication
// leaves its best bits there.
func (t *table[K]) index(hash uint64) int { return int(hash>>32) & (len(t.buckets) - 1) }

func (t *table[K]) at(hash uint64) *Bucket[K] { return &t.buckets[t.index(hash)] }

// Empty reports, by two loads, that nobody waits under any key with this hash who
// had registered when it was called.
//
// [W2] Write, then look: the caller has written what the waiters' validate reads.
//
// The table that is loaded here may be replaced before its bucket is looked at. A bucket of a table that
// was replaced is retired, and never clear (I3): then the caller takes the latch of the current one.
func (l *Lot[K]) Empty(hash uint64) bool {
	t := l.table.Load()
	return t == nil || t.at(hash).latch.Clear()
}

// Open returns the bucket of hash, its latch held. From now on it is not Empty. [W1] The caller
// calls [Lot.Admit] or [Bucket.Close], and does not use the lot otherwise before.
func (l *Lot[K]) Open(hash uint64) *Bucket[K] {
	for {
		if b := l.current().at(hash); b.latch.Lock() {
			return b // (I3)
		}
	}
}

// TryOpen is Open, or returns nil: for no reason that concerns the caller, who then calls Open. It inlines.
func (l *Lot[K]) TryOpen(hash uint64) *Bucket[K] {
	if t := l.table.Load(); t != nil {
		if b := t.at(hash); b.latch.TryLock() {
			return b // (I3)
		}
	}
	return nil
}

// Close releases the latch.
func (b *Bucket[K]) Close() { b.latch.Unlock(b.mark()) }

// tryClose is Close, or fails for no reason that concerns the caller, who then calls that. It inlines.
func (b *Bucket[K]) tryClose() bool { return b.latch.TryUnlock(b.mark()) }

func (b *Bucket[K]) mark() uint32 {
	if b.lines != nil {
		return latch.Marked // (I2)
	}
	return latch.Free
}

// current returns the table; the first caller makes it.
func (l *Lot[K]) current() *table[K] {
	if t := l.table.Load(); t != nil {
		return t
	}
	size, keys := firstSize, crowd
	if l.size != 0 {
		size, keys = l.size, l.crowd
	}
	l.table.CompareAndSwap(nil, newTable[K](size, keys))
	return l.table.Load()
}
