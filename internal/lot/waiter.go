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
	// them before Prepare; while it waits they are touched under the latch, by those who visit.
	Word  uint64
	Owner any

	// Token is what the waker has to say: set under the latch, read after Finish.
	Token uint64

	exposed bool                       // see Expose
	in      bool                       // between Prepare and Finish; the owner's
	sleeper atom.Guarded[park.Sleeper] // its owner's until it is lying (I7)
	turn    uint64                     // numbers the waits, in steps of two; the owner's
	bed     atom.Uint64                // turn+lying, turn+told, or of an earlier turn: looking (I7)
	pass    *spin.Pass                 // of the bucket where it registered

	hash  atom.Uint64         // (I1)
	phase atom.Guarded[phase] // (I1)
	key   K                   // (I1)
	next  *Waiter[K]          // (I1) or, of a woken one, the next to be kicked (I5)
	prev  *Waiter[K]          // (I1)

	last, nextLine *Waiter[K] // (I6)
	behind         int        // (I6)
}

type phase uint8

const (
	idle phase = iota
	waiting
	woken
)

// What bed says of a turn.
const (
	lying = 0 // it waits for a token
	told  = 1 // it was woken, and its kick is over
)

// Expose makes w a waiter whose channel is given out, from the next Prepare on and for good, and returns
// the channel: it delivers, once, when w is woken. Do not receive from it after Finish. Others need not pay for
// that.
func (w *Waiter[K]) Expose() <-chan struct{} {
	w.exposed = true
	w.makeBed()
	return w.Bed()
}

// Forget drops the channel, of an idle waiter that is not exposed. The next wait makes another.
func (w *Waiter[K]) Forget() { w.sleeper.Set(park.Sleeper{}) }

// Key returns the key that w waits under, which may have changed since Prepare, and its
// hash. Whoever calls it holds that key, or has w from a visit.
func (w *Waiter[K]) Key() (K, uint64) { return w.key, w.hash.Load() }

// Prepare registers w under key, unless validate says that there is nothing to wait for, and
// reports whether it did. Then call Finish or Sleep, always.
//
// validate runs with the bucket's latch held and w not in its line yet. It must not use
// the lot. If it panics, nothing is registered. A nil validate is content.
//
// Those who find a function value too dear write it out: Begin, Open, a look of their own, Admit or Close.
func (l *Lot[K]) Prepare(w *Waiter[K], key K, hash uint64, validate func() bool) bool {
	w.Begin(key, hash)
	b := l.Open(hash) // [W1]
	if validate != nil && !b.valid(validate) {
		return false
	}
	l.Admit(b, w)
	return true
}

// valid asks validate, and closes b if that says no, or does not return.
func (b *Bucket[K]) valid(validate func() bool) (ok bool) {
	defer func() {
		if !ok {
			b.Close()
		}
	}()
	return validate()
}

// Begin makes w ready to be admitted under key, to the bucket of hash.
func (w *Waiter[K]) Begin(key K, hash uint64) {
	if w.in {
		panic("lot: Prepare of a waiter that is registered")
	}
	if w.hash.Load() != hash {
		w.hash.Store(hash)
	}
	w.key = key
}

// Admit registers w, which has begun, and closes b, the open bucket of its hash.
func (l *Lot[K]) Admit(b *Bucket[K], w *Waiter[K]) {
	w.turn += 2 // looking, whatever bed says
	w.in = true
	if w.pass != &b.pass {
		w.pass = &b.pass
	}
	w.phase.Set(waiting)                       // idle -> waiting
	if first := b.find(&w.key); first != nil { // push, spelled out
		first.follow(w)
	} else if b.lead(w); b.keys > b.crowd {
		t := l.table.Load()
		b.Close()
		l.grow(t)
		return
	}
	if !b.tryClose() {
		b.Close()
	}
}

// Finish ends the registration of w, and reports whether it was woken: true if it was,
// whatever the caller has seen of it, and otherwise it is withdrawn. A wake is never lost by
// a false, nor given back by a true. For a w that is not registered it answers false.
func (l *Lot[K]) Finish(w *Waiter[K]) (woken bool) { return l.FinishWith(w, nil) }

// FinishWith is Finish, and calls gaveUp, with the bucket's latch held, if w was not woken. key is the
// one that it waited under in the end, and rest is how many still wait there. gaveUp must not use the lot; if it panics, w is idle.
func (l *Lot[K]) FinishWith(w *Waiter[K], gaveUp func(key K, rest int)) (woken bool) {
	if !w.in {
		return false
	}
	if w.bed.Load() != w.turn+told && l.withdraw(w, gaveUp) {
		return false
	}
	if w.exposed && park.Left(w.Bed()) {
		park.Drain(w.Bed()) // the user did not
	}
	w.Done()
	return true
}

// Sleep blocks until w is woken, or until done delivers; then it is FinishWith. A nil done never
// delivers, a nil gaveUp is not called. Those who find a frame between a wait and its channel too
// dear write it out: see [Waiter.Look].
func Sleep[K comparable, T any](l *Lot[K], w *Waiter[K], done <-chan T, gaveUp func(key K, rest int)) (woken bool) {
	if w.exposed {
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
	if n := uint32(w.turn / 2); w.pass.Worth(n) {
		start := w.pass.Start(n)
		park.Pass()
		woken = w.bed.Load() == w.turn+told
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
	s := w.bed.Load()
	return s != w.turn+told && w.bed.CompareAndSwap(s, w.turn+lying) // looking -> lying (I7)
}

func (w *Waiter[K]) makeBed() {
	if w.sleeper.Get() == (park.Sleeper{}) {
		w.sleeper.Set(park.NewSleeper())
	}
}

// seeOut returns when the kick of w, which was woken, is over. (I5) That of an exposed one is, for the latch
// was free since. Another was decided by who does it after unlocking, so it will come.
func (w *Waiter[K]) seeOut() {
	if !w.exposed && (w.bed.Load() == w.turn+lying || w.lieDown()) {
		park.Sleep[struct{}](w.Bed(), nil)
	}
}

// withdraw takes w out of its line, if it waits there, and reports whether. If not, w was woken, and its kick is
// over.
//
// The hash is read without the latch, and may be out of date when we have it. If it is
// the same then, w is in that bucket and stays, or was woken (I1).
func (l *Lot[K]) withdraw(w *Waiter[K], gaveUp func(key K, rest int)) bool {
	hash := w.hash.Load()
	b := l.TryOpen(hash)
	if b == nil {
		b = l.Open(hash)
	}
	for now := w.hash.Load(); now != hash; now = w.hash.Load() { // moved meanwhile
		b.Close()
		hash = now
		b = l.Open(hash)
	}
	if w.phase.Get() != waiting {
		b.Close()
		w.seeOut()
		return false
	}
	first := w
	if w.prev != nil {
		first = b.find(&w.key) // (I6)
	}
	rest := first.behind
	b.take(first, w)
	w.phase.Set(idle) // waiting -> idle
	w.in = false
	if gaveUp != nil {
		b.tell(gaveUp, w.key, rest)
	} else if !b.tryClose() {
		b.Close()
	}
	return true
}

// tell calls gaveUp, and closes b.
func (b *Bucket[K]) tell(gaveUp func(key K, rest int), key K, rest int) {
	defer b.Close() // it may panic
	gaveUp(key, rest)
}
