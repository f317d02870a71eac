package lot

// A Held is one key, or two, held: nobody registers, moves, withdraws or is woken there
// but by who holds it. Do not copy it. Between Hold and Release do not use the lot otherwise.
type Held[K comparable] struct {
	Key, Other      K // set before Hold, or HoldBoth
	Hash, OtherHash uint64

	a, b *Bucket[K] // b is nil: one key
	out  chain[K]   // those who were woken

	// Woken and Moved count what was done so far. Those who were woken are told by Release at the latest.
	Woken, Moved int
}

// A Verdict is what becomes of a waiter that is visited.
type Verdict uint8

const (
	Skip Verdict = iota // it stays
	Wake                // it is woken
	Move                // it goes to the end of the line of the second key
	Stop                // it stays, and no further one is visited
)

// Hold holds the Key of h.
func (l *Lot[K]) Hold(h *Held[K]) { h.a = l.Open(h.Hash) }

// HoldBoth holds the Key of h and the Other, which may be the same. Until Release the second is not empty: if the holder
// leaves a mark for others to wake the second key, they find those who are moved there. [W1]
func (l *Lot[K]) HoldBoth(h *Held[K]) {
	for {
		t := l.current()
		i, j := t.index(h.Hash), t.index(h.OtherHash)
		h.a, h.b = &t.buckets[i], &t.buckets[j]
		former, latter := h.a, h.b
		if i > j {
			former, latter = latter, former // (I4)
		}
		if !former.latch.TryLock() && !former.latch.Lock() {
			continue
		}
		if i != j && !latter.latch.TryLock() {
			latter.latch.Lock() // not retired (I3)
		}
		return
	}
}

func (h *Held[K]) close() {
	if h.b != nil && h.b != h.a && !h.b.tryClose() {
		h.b.Close()
	}
	if !h.a.tryClose() {
		h.a.Close()
	}
}

// Len returns how many wait under the key, or the first of two.
func (h *Held[K]) Len() int { return h.a.len(&h.Key) }

// LenOther returns how many wait under the second key.
func (h *Held[K]) LenOther() int { return h.b.len(&h.Other) }

func (b *Bucket[K]) len(key *K) int {
	if first := b.find(key); first != nil {
		return first.behind + 1
	}
	return 0
}

// Visit asks f about those who wait under the key, or the first of two, in order; nobody is
// asked about twice, nor moved twice, also if the two keys are the same: then Move
// leaves a waiter where it is, and counts it. f must not use the lot. It may change
// Word, Owner and Token.
func (h *Held[K]) Visit(f func(*Waiter[K]) Verdict) {
	first := h.a.find(&h.Key)
	for w := first; w != nil; {
		next := w.next // f sees w in its place
		verdict := f(w)
		switch {
		case verdict == Stop:
			return
		case verdict == Wake:
			h.Woken++
			h.a.take(first, w)
			h.out.add(w)
		case verdict == Skip:
		case h.b == nil:
			panic("lot: no second key to move to")
		default:
			h.Moved++
			if h.Key == h.Other {
				w = next
				continue
			}
			h.a.take(first, w)
			w.key = h.Other
			w.hash.Store(h.OtherHash) // (I1)
			h.b.push(w)
		}
		if verdict != Skip && w == first {
			first = next
		}
		w = next
	}
}

// WakeN wakes up to n of those who wait under the key, or the first of two, in order.
func (h *Held[K]) WakeN(n int) { h.Woken += h.out.addN(h.a, h.a.find(&h.Key), n, 0) }

// WakeSome is [Lot.WakeSome] for the key, or the first of two.
func (h *Held[K]) WakeSome(n int, some, stop uint64) (stopped bool) {
	woken, stopped := h.out.addSome(h.a, h.a.find(&h.Key), n, some, stop)
	h.Woken += woken
	return stopped
}

// WakeSomeOther is WakeSome for the second key.
func (h *Held[K]) WakeSomeOther(n int, some, stop uint64) (stopped bool) {
	woken, stopped := h.out.addSome(h.b, h.b.find(&h.Other), n, some, stop)
	h.Woken += woken
	return stopped
}

// Tell sets the Token of all whom this Held has woken so far, and who are not exposed.
func (h *Held[K]) Tell(token uint64) {
	for w := h.out.first; w != nil; w = w.next {
		w.Token = token
	}
}

// Release unlocks, and then kicks those who were woken, in their order.
func (h *Held[K]) Release() {
	h.close()
	h.out.kick()
}
