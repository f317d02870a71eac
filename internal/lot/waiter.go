package lot

import (
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/internal/spin"
)

// A Waiter is a record that is registered under a key. It is its owner's: embed it, and use
// it again after Finish, in one lot at a time. The zero value is ready. It has
// a channel, made when it is first needed, so it belongs to one testing/synctest bubble
// as that does, unless it is told to [Waiter.Forget] it.
type Waiter[K comparable] struct {
	// Word and Owner are for filters: bits, and what this record is embedded in. The owner sets
	// them before Prepare; while it waits they are touched under the lock, by those who visit.
	Word  uint64
	Owner any

	// Token is what the waker has to say: set under the lock, read after Finish.
	Token uint64

	// Exposed says that C will be called. The owner sets it before Prepare. Others need not
	// pay for it.
	Exposed bool

	sleeper    atom.Guarded[park.Sleeper] // its owner's until it is lying (I7)
	in         bool                       // between Prepare and Finish; the owner's
	bed        atom.Uint32                // looking, lying or told (I7)
	waits      uint32                     // how many there were; the owner's
	pass       *spin.Pass                 // of the bucket where it registered
	hash       atom.Uint64                // (I1)
	phase      atom.Guarded[phase]
	queue      *queue[K] // (I1)
	next, prev *Waiter[K]
}

type phase uint8

const (
	idle phase = iota
	waiting
	woken
)

// What bed says of a waiter between Prepare and the end of its kick. It begins to count
// when the waiter is in its queue.
const (
	looking = iota // it looks here, and is sent no token
	lying          // it waits for a token
	told           // it was woken, and its kick is over
)

// C returns the channel that delivers, once, when w is woken. Between Prepare and Finish
// only; and do not receive from it after Finish.
func (w *Waiter[K]) C() <-chan struct{} {
	if !w.Exposed || !w.in {
		panic("lot: C of a waiter that is not exposed or not registered")
	}
	return w.sleeper.Get().C()
}

// Forget drops the channel, of an idle waiter. The next Prepare makes another.
func (w *Waiter[K]) Forget() { w.sleeper.Set(park.Sleeper{}) }

// Key returns the key that w waits under, which may have changed since Prepare, and its
// hash. Whoever calls it holds that key, or has w from a visit.
func (w *Waiter[K]) Key() (K, uint64) { return w.queue.key, w.queue.hash }

// Prepare registers w under key, unless validate says that there is nothing to wait for, and
// reports whether it did. Then call Finish or Sleep, always.
//
// validate runs with the bucket locked, w counted and not in the queue yet. It must not use
// the lot. If it panics, nothing is registered. A nil validate is content.
func (l *Lot[K]) Prepare(w *Waiter[K], key K, hash uint64, validate func() bool) bool {
	if w.in {
		panic("lot: Prepare of a waiter that is registered")
	}
	if w.Exposed {
		w.makeBed()
		w.bed.Store(lying)
	} else {
		w.bed.Store(looking)
	}
	b, t := l.lock(hash)
	b.count.Add(1) // [W1] (I2)
	if validate != nil && !b.valid(validate) {
		b.count.Add(-1)
		b.mu.Unlock()
		return false
	}
	w.in = true
	w.pass = &b.pass
	if w.hash.Load() != hash {
		w.hash.Store(hash)
	}
	w.phase.Set(waiting) // idle -> waiting
	b.enter(key, hash).push(w)
	crowded := b.keys > b.crowd
	b.mu.Unlock()
	if crowded {
		l.grow(t)
	}
	return true
}

// valid asks validate. If that does not return, the bucket is as before, and free.
func (b *bucket[K]) valid(validate func() bool) (ok bool) {
	returned := false
	defer func() {
		if !returned {
			b.count.Add(-1)
			b.mu.Unlock()
		}
	}()
	ok = validate()
	returned = true
	return ok
}

// Finish ends the registration of w, and reports whether it was woken: true if it was,
// whatever the caller has seen of it, and otherwise it is withdrawn. A wake is never lost by
// a false, nor given back by a true. For a w that is not registered it answers false.
func (l *Lot[K]) Finish(w *Waiter[K]) (woken bool) { return l.FinishWith(w, nil) }

// FinishWith is Finish, and calls gaveUp, with the bucket locked, if w was not woken. key is the
// one that it waited under in the end, and rest is how many still wait there. gaveUp must not use the lot; if it panics, w is idle.
func (l *Lot[K]) FinishWith(w *Waiter[K], gaveUp func(key K, rest int)) (woken bool) {
	if !w.in {
		return false
	}
	if w.bed.Load() != told {
		if l.withdraw(w, gaveUp) {
			return false
		}
		w.seeOut()
	}
	if w.Exposed {
		park.Drain(w.sleeper.Get().C())
	}
	w.Done()
	return true
}

// Sleep blocks until w is woken, or until done delivers; then it is FinishWith. A nil done never
// delivers, a nil gaveUp is not called. Those who find a frame between a wait and its channel too
// dear write it out: see [Waiter.Look].
func Sleep[K comparable, T any](l *Lot[K], w *Waiter[K], done <-chan T, gaveUp func(key K, rest int)) (woken bool) {
	if w.Exposed {
		park.Sleep(w.Bed(), done)
		return l.FinishWith(w, gaveUp)
	}
	if w.Look() || park.Sleep(w.Bed(), done) {
		w.Done()
		return true
	}
	return l.FinishWith(w, gaveUp)
}

// Look lets others run, once, where that was worth it lately, and reports whether w was woken
// meanwhile. If not, Bed delivers when it is. It is called once for each registration, by the owner of a
// waiter that is not exposed.
func (w *Waiter[K]) Look() (woken bool) {
	if w.waits++; w.pass.Worth(w.waits) {
		start := w.pass.Start(w.waits)
		park.Pass()
		woken = w.bed.Load() == told
		if w.pass.Stop(start, woken); woken {
			return true
		}
	}
	return !w.lieDown()
}

// Bed returns the channel that delivers, once, when w is woken, to who has called Look and got
// a false.
func (w *Waiter[K]) Bed() <-chan struct{} { return w.sleeper.Get().C() }

// Done is Finish for who knows that w was woken: from Look, or by the token from Bed. There is one
// for each wake and no other.
func (w *Waiter[K]) Done() {
	w.phase.Set(idle) // woken -> idle
	w.in = false
}

// lieDown has w sent a token. False: w was told, and gets none.
func (w *Waiter[K]) lieDown() bool {
	w.makeBed()
	return w.bed.CompareAndSwap(looking, lying) // (I7)
}

func (w *Waiter[K]) makeBed() {
	if w.sleeper.Get() == (park.Sleeper{}) {
		w.sleeper.Set(park.NewSleeper())
	}
}

// seeOut returns when the kick of w, which was woken, is over. (I5) It was decided under a lock that
// is free by now, so it will come.
func (w *Waiter[K]) seeOut() {
	switch {
	case w.Exposed: // the user may have the token, so it says nothing
		for w.bed.Load() != told {
			park.Yield()
		}
	case w.bed.Load() == lying || w.lieDown():
		park.Sleep[struct{}](w.Bed(), nil)
	}
}

// withdraw takes w out of its queue, if it waits there, and reports whether.
func (l *Lot[K]) withdraw(w *Waiter[K], gaveUp func(key K, rest int)) bool {
	b := l.lockOf(w)
	defer b.mu.Unlock() // gaveUp may panic
	if w.phase.Get() != waiting {
		return false
	}
	q := w.queue
	key, rest := q.key, q.len-1
	b.take(q, w)
	b.count.Add(-1)   // (I2)
	w.phase.Set(idle) // waiting -> idle
	w.in = false
	if gaveUp != nil {
		gaveUp(key, rest)
	}
	return true
}

// lockOf returns the bucket that w is in, locked; or any, locked, if w was woken.
//
// The hash is read without the lock, and may be out of date when we have it. If it is
// the same then, w is in that bucket and stays (I1).
func (l *Lot[K]) lockOf(w *Waiter[K]) *bucket[K] {
	for {
		hash := w.hash.Load()
		b, _ := l.lock(hash)
		if w.hash.Load() == hash {
			return b
		}
		b.mu.Unlock() // moved meanwhile
	}
}

// take takes w out of q, and q out of the bucket if it is empty. The lock is held, and the count
// is the caller's to lower. (I2)
func (b *bucket[K]) take(q *queue[K], w *Waiter[K]) {
	q.remove(w)
	if q.len == 0 {
		b.drop(q)
	}
}

// kick tells w that it was woken. It runs without a lock. (I5)
func (w *Waiter[K]) kick() {
	if w.bed.Load() == looking && w.bed.CompareAndSwap(looking, told) { // (I7)
		return // w may be in use again now
	}
	exposed := w.Exposed
	w.sleeper.Get().Kick() // if it is not exposed, w may be in use again now
	if exposed {
		w.bed.Store(told) // lying -> told
	}
}
