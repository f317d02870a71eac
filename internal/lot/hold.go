package lot

// A Held is one key, or two, held: nobody registers, moves, withdraws or is woken there
// but by who holds it. It is a value; do not copy it. Between Hold and Release do not
// use the lot otherwise.
type Held[K comparable] struct {
	a, b side[K]
	two  bool
	out  chain[K]

	// Woken and Moved count what was done so far. [Held.Woken] of them are told by Release.
	Woken, Moved int
}

type side[K comparable] struct {
	bucket *bucket[K]
	key    K
	hash   uint64
	more   int32 // how many waiters the bucket has more than it counts: Release tells it (I2)
}

// A chain is those who were taken out, in order, linked by next: to be kicked.
type chain[K comparable] struct{ first, last *Waiter[K] }

// A Verdict is what becomes of a waiter that is visited.
type Verdict uint8

const (
	Skip Verdict = iota // it stays
	Wake                // it is woken
	Move                // it goes to the end of the line of the second key
	Stop                // it stays, and no further one is visited
)

// Hold locks key.
func (l *Lot[K]) Hold(key K, hash uint64) Held[K] {
	b, _ := l.lock(hash)
	return Held[K]{a: side[K]{bucket: b, key: key, hash: hash}}
}

// HoldBoth locks two keys, which may be the same. Until Release the second is not empty: if the holder
// leaves a mark for others to wake the second key, they find those who are moved there.
func (l *Lot[K]) HoldBoth(key K, hash uint64, other K, otherHash uint64) Held[K] {
	for {
		t := l.current()
		i, j := t.index(hash), t.index(otherHash)
		x, y := &t.buckets[i], &t.buckets[j]
		lockTwo(x, y, i, j) // (I4)
		if l.table.Load() == t {
			y.count.Add(1) // [W1] the holder looks at things after this, and moves
			return Held[K]{
				a:   side[K]{bucket: x, key: key, hash: hash},
				b:   side[K]{bucket: y, key: other, hash: otherHash, more: -1},
				two: true,
			}
		}
		unlockTwo(x, y)
	}
}

func lockTwo[K comparable](x, y *bucket[K], i, j int) {
	switch {
	case i == j:
		x.mu.Lock()
	case i < j:
		x.mu.Lock()
		y.mu.Lock()
	default:
		y.mu.Lock()
		x.mu.Lock()
	}
}

func unlockTwo[K comparable](x, y *bucket[K]) {
	x.mu.Unlock()
	if y != x {
		y.mu.Unlock()
	}
}

// Len returns how many wait under the key, or the first of two.
func (h *Held[K]) Len() int { return h.a.len() }

// LenOther returns how many wait under the second key.
func (h *Held[K]) LenOther() int { return h.b.len() }

func (s *side[K]) len() int {
	if q := s.bucket.find(s.key); q != nil {
		return q.len
	}
	return 0
}

// Visit asks f about those who wait under the key, or the first of two, in order; nobody is
// asked about twice, nor moved twice, also if the two keys are the same: then Move
// leaves a waiter where it is, and counts it. f must not use the lot. It may change
// Word, Owner and Token.
func (h *Held[K]) Visit(f func(*Waiter[K]) Verdict) { h.visit(&h.a, f) }

// VisitOther is Visit for the second key. Nobody can be moved from there.
func (h *Held[K]) VisitOther(f func(*Waiter[K]) Verdict) { h.visit(&h.b, f) }

// WakeN wakes up to n of those who wait under the key, or the first of two, in order.
func (h *Held[K]) WakeN(n int) {
	q := h.a.bucket.find(h.a.key)
	if q == nil {
		return
	}
	for w := q.head; w != nil && n > 0; n-- {
		next := w.next
		h.wake(&h.a, q, w)
		w = next
	}
}

// Wake wakes up to n of those who wait under key, in order, with token. It returns how many it woke, and
// how many still wait there: Hold, WakeN, Tell, Len and Release in one.
func (l *Lot[K]) Wake(key K, hash uint64, n int, token uint64) (woken, left int) {
	b, _ := l.lock(hash)
	q := b.find(key)
	if q == nil {
		b.mu.Unlock()
		return 0, 0
	}
	var out chain[K]
	left = q.len // q may be gone with the last of them
	for w := q.head; w != nil && woken < n; woken++ {
		next := w.next
		w.Token = token
		out.add(b, q, w)
		w = next
	}
	b.count.Add(-int32(woken)) // (I2)
	b.mu.Unlock()
	out.kick()
	return woken, left - woken
}

func (h *Held[K]) visit(s *side[K], f func(*Waiter[K]) Verdict) {
	q := s.bucket.find(s.key)
	if q == nil {
		return
	}
	for w := q.head; w != nil; {
		next := w.next // f sees w in its place
		switch f(w) {
		case Stop:
			return
		case Wake:
			h.wake(s, q, w)
		case Move:
			h.move(s, q, w)
		}
		w = next
	}
}

// wake takes w out, to be kicked by Release.
func (h *Held[K]) wake(s *side[K], q *queue[K], w *Waiter[K]) {
	h.out.add(s.bucket, q, w)
	s.more--
	h.Woken++
}

// add takes w out of its queue. The lock is held.
func (c *chain[K]) add(b *bucket[K], q *queue[K], w *Waiter[K]) {
	b.take(q, w)
	w.phase.Set(woken) // waiting -> woken (I5)
	if c.last == nil {
		c.first = w
	} else {
		c.last.next = w
	}
	c.last = w
}

// kick kicks all. No lock is held. (I5)
func (c *chain[K]) kick() {
	for w := c.first; w != nil; {
		next := w.next // once kicked, w may be its owner's again
		w.next = nil
		w.kick()
		w = next
	}
}

// move takes w to the second key. Both locks are held, so for others it is in one place or
// in the other.
func (h *Held[K]) move(s *side[K], q *queue[K], w *Waiter[K]) {
	if !h.two || s != &h.a {
		panic("lot: no second key to move to")
	}
	h.Moved++
	to := &h.b
	if s.key == to.key {
		return
	}
	s.bucket.take(q, w)
	s.more--
	to.more++
	to.bucket.enter(to.key, to.hash).push(w)
	w.hash.Store(to.hash) // (I1)
}

// Tell sets the Token of all whom this Held has woken so far.
func (h *Held[K]) Tell(token uint64) {
	for w := h.out.first; w != nil; w = w.next {
		w.Token = token
	}
}

// Release unlocks, and then kicks those who were woken, in their order.
func (h *Held[K]) Release() {
	if h.two {
		h.b.count() // raised there before it is lowered here
		h.a.count()
		unlockTwo(h.a.bucket, h.b.bucket)
	} else {
		h.a.count()
		h.a.bucket.mu.Unlock()
	}
	h.out.kick()
}

// count makes the bucket's count right again. (I2) Until then it is not zero where it must
// not be: too high for the key that waiters are taken from, and announced for the one that they are moved to.
func (s *side[K]) count() {
	if s.more != 0 {
		s.bucket.count.Add(s.more)
	}
}
