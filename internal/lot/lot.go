package lot

import (
	"golang.org/x/sys/cpu"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/spin"
)

// The lot.
//
//	l.table -> mask, buckets
//	             bucket 0: count 3, lock, queues -> key a: w1 <-> w4      in the order they came
//	                                             -> key d: w2
//	             bucket 1: count 0, lock, queues -> (none)
//
// A waiter is in one of these phases:
//
//	idle      in no queue; its owner's
//	waiting   in the queue of its key
//	woken     taken out by Wake, and kicked, or about to be
//
// What each operation does, the lock of the bucket held except where it says "no lock":
//
//	            idle                          waiting                 woken
//	Prepare     -> waiting, if validate       panics                  panics
//	Wake                                      -> woken
//	Move                                      the other key's, last
//	Finish      -                             -> idle, withdrawn      -> idle, no lock
//
// How it is told is decided without a lock, in its word bed. It begins to matter when the waiter is
// in its queue, and an exposed one is always lying.
//
//	            looking                       lying                   told
//	kick        -> told                       a token; then told,
//	                                          if it is exposed
//	lieDown     -> lying                                              stays; no token comes
//
// Invariants.
//
//	I1. What is in a bucket, and the place and phase of a waiter in it, is touched with the
//	    bucket's lock held, the bucket being one of the current table. Waiter.hash names that
//	    bucket: it changes only with the locks of the old one and the new one held.
//	I2. A bucket's count is the number of its waiters whenever its lock is free. Who
//	    registers raises it before it validates; who takes out lowers it before it unlocks.
//	I3. The table changes only with the locks of all its buckets held. A table that was
//	    replaced stays as it was, its counts above all.
//	I4. Two locks are taken in the order of the buckets in the table, as are all of them.
//	I5. Who takes a waiter out kicks it, once, after unlocking; its owner does not use it
//	    again before the kick is over. So who kicks may read it without a lock.
//	I6. A queue in a bucket is not empty.
//	I7. A kick is one of two: bed goes from looking to told, or the waiter is lying and gets a
//	    token. Its owner alone makes a looking waiter a lying one. Both steps are a compare-and-swap
//	    from looking, so one of them comes first, and the other sees it: the owner is told and does not
//	    lie down, or the kicker finds it lying. A channel is there before lying is.
//
// [W1] Announce, then look again: Prepare raises the count, then validates; HoldBoth raises the
// second key's, then the holder decides whether to move. A waker does
// the reverse: it writes what validate reads, then looks at the count [W2]. For both
// to miss, each look would have to come before the other's write: one total order forbids it.
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
	spares    = 4  // queues that a bucket keeps for later
)

type table[K comparable] struct {
	buckets []bucket[K] // a power of two
}

// A bucket's fields fill less than a cache line, and the pad keeps another bucket's off it,
// wherever the line begins.
type bucket[K comparable] struct {
	count  atom.Int32 // (I2)
	keys   int32      // how many queues (I1)
	crowd  int32      // more keys than this: see Lot.grow (I1)
	spares int32      // (I1)
	mu     atom.Mutex
	queues *queue[K] // linked by next (I1)
	free   *queue[K] // spare ones
	fair   fairness  // (I1)
	pass   spin.Pass // of those who wait here; no lock
	_      cpu.CacheLinePad
	_      uint64 // 128 bytes, where a line has 64: an index costs a shift
}

// A queue is those who wait under one key. All of it is guarded by its bucket's lock. (I1)
type queue[K comparable] struct {
	key        K
	hash       uint64
	head, tail *Waiter[K]
	len        int
	next       *queue[K]
}

func newTable[K comparable](buckets, crowd int) *table[K] {
	t := &table[K]{make([]bucket[K], buckets)}
	for i := range t.buckets {
		t.buckets[i].crowd = int32(crowd)
	}
	return t
}

// index returns the place of hash in the table. The upper half counts: a multiplication
// leaves its best bits there.
func (t *table[K]) index(hash uint64) int { return int(hash>>32) & (len(t.buckets) - 1) }

func (t *table[K]) at(hash uint64) *bucket[K] { return &t.buckets[t.index(hash)] }

// Empty reports, by two loads, that nobody waits under any key with this hash who
// had registered when it was called.
//
// [W2] Write, then look: the caller has written what the waiters' validate reads.
//
// The table that is loaded here may be replaced before the count is. If its count is zero, then
// who waits now has registered in a later table, hence after we loaded the earlier one, hence
// validates after the caller's write. A count must never be lowered by the replacing
// itself: those who were moved announced themselves in the old one. (I3)
func (l *Lot[K]) Empty(hash uint64) bool {
	t := l.table.Load()
	return t == nil || t.at(hash).count.Load() == 0
}

// lock returns the bucket of hash, locked, and its table, which stays the current one until
// the lock is released. (I3)
func (l *Lot[K]) lock(hash uint64) (*bucket[K], *table[K]) {
	for {
		t := l.table.Load()
		if t == nil {
			t = l.current()
		}
		b := t.at(hash)
		b.mu.Lock()
		if l.table.Load() == t {
			return b, t
		}
		b.mu.Unlock() // replaced before we had the lock
	}
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

// find returns the queue of key, or nil. The lock is held.
func (b *bucket[K]) find(key K) *queue[K] {
	q := b.queues
	for q != nil && q.key != key {
		q = q.next
	}
	return q
}

// enter returns the queue of key, a new one if there is none: whoever calls this fills it. (I6)
// The lock is held.
func (b *bucket[K]) enter(key K, hash uint64) *queue[K] {
	q := b.find(key)
	if q != nil {
		return q
	}
	if q = b.free; q != nil {
		b.free = q.next
		b.spares--
	} else {
		q = new(queue[K])
	}
	q.key, q.hash, q.next = key, hash, b.queues
	b.queues = q
	b.keys++
	return q
}

// drop takes q, which has become empty, out of the bucket. (I6) The lock is held.
func (b *bucket[K]) drop(q *queue[K]) {
	at := &b.queues
	for *at != q {
		at = &(*at).next
	}
	*at = q.next
	b.keys--
	if *q = (queue[K]{}); b.spares < spares { // the key is not ours to keep
		q.next, b.free = b.free, q
		b.spares++
	}
}

func (q *queue[K]) push(w *Waiter[K]) {
	w.queue, w.prev, w.next = q, q.tail, nil
	if q.tail == nil {
		q.head = w
	} else {
		q.tail.next = w
	}
	q.tail = w
	q.len++
}

func (q *queue[K]) remove(w *Waiter[K]) {
	if w.prev == nil {
		q.head = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		q.tail = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.queue, w.prev, w.next = nil, nil, nil
	q.len--
}
