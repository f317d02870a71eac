package parkinglot

import (
	"context"
	"errors"
	"time"

	"github.com/rouse-go/rouse/internal/lot"
	"github.com/rouse-go/rouse/internal/park"
)

// ErrInvalid is what a park returns whose validation said that there is nothing to wait for.
var ErrInvalid = errors.New("parkinglot: not parked: validation failed")

// A Lot is where goroutines park under keys: the layer below Wait and Notify, for those who
// build locks and the like of a size of their own choosing.
//
// The zero value is ready to use. A Lot must not be copied after first use. All methods
// may be called by any number of goroutines at once. For [testing/synctest] a Lot
// follows the rule of channels: one that was parked in in a bubble is used in that bubble only.
//
// Parking and unparking take the lock of the bucket that the key's hash leads to; there are as
// many buckets as it takes for them to hold one key each, on average, or less. Waiters
// of one key are unparked in the order in which they parked, unless a filter says otherwise.
//
// # Callbacks
//
// Validate, TimedOut, and the functions given to the Unpark methods run on the caller's
// goroutine with the bucket locked: that is what makes them one step with the parking, the
// giving up or the unparking. They should be short, and must not use the Lot: that
// would deadlock, or with Debug set, panic. If one panics, the lock is released, the Lot
// is as if the call had ended there, and the panic goes on to the caller.
type Lot struct {
	// Debug makes a callback that uses its Lot panic. It costs a microsecond or two for each
	// operation. Set it before first use.
	Debug bool

	core    lot.Lot[Key]
	records records
	calls   calls
}

// Parking says how to park. The zero value just parks.
type Parking struct {
	// Validate reports whether there is something to wait for. It runs with the bucket
	// locked, and the caller is announced already: whoever changes, after Validate has
	// looked, what it looks at, and then unparks the key, finds the caller there.
	Validate func() bool

	// BeforeSleep runs when the caller is registered, under no lock. It may use the Lot; it
	// is the place to release a lock whose holder will unpark the caller.
	BeforeSleep func()

	// TimedOut runs with the bucket locked when the caller was not unparked in time and
	// has been withdrawn. rest is how many still wait under its key, which after a requeue is
	// not the one that it parked under.
	TimedOut func(key Key, rest int)

	// Token is what filters are told.
	Token uint64
}

// Park blocks until the key is unparked, or ctx is done.
//
//   - the unparker's token and nil: unparked. There are no other reasons for a nil.
//   - ErrInvalid: Validate returned false; nothing else was called.
//   - the context's error: ctx was done, and no unpark has counted this waiter.
//
// If an unpark and a cancellation race, the unpark wins. A panic in BeforeSleep withdraws
// the waiter; an unpark that chose it before is used up.
func (l *Lot) Park(ctx context.Context, key Key, p Parking) (token uint64, err error) {
	if ctx == nil {
		panic("parkinglot: nil context")
	}
	done := ctx.Done() // its code is the user's: before we register
	w := l.register(key, &p)
	if w == nil {
		return 0, ErrInvalid
	}
	if w.Look() || park.Sleep(w.Bed(), done) { // lot.Sleep, spelled out: see there
		w.Done()
	} else if !l.giveUp(w, &p) {
		return 0, park.ContextError(ctx)
	}
	token = w.Token
	l.records.put(w)
	return token, nil
}

// ParkTimeout is Park for at most d, and returns context.DeadlineExceeded when that is
// over. With d <= 0 it is over at once.
func (l *Lot) ParkTimeout(d time.Duration, key Key, p Parking) (token uint64, err error) {
	w := l.register(key, &p)
	if w == nil {
		return 0, ErrInvalid
	}
	timer := park.NewTimer(d)
	defer timer.Stop()
	if w.Look() || park.Sleep(w.Bed(), timer.C) {
		w.Done()
	} else if !l.giveUp(w, &p) {
		return 0, context.DeadlineExceeded
	}
	token = w.Token
	l.records.put(w)
	return token, nil
}

// register returns a registered waiter, or nil if the validation fails.
func (l *Lot) register(key Key, p *Parking) *lot.Waiter[Key] {
	l.check(key)
	w := l.records.get()
	w.Word, w.Token = p.Token, 0
	validate := p.Validate
	if l.Debug && validate != nil {
		validate = func() (ok bool) {
			l.calls.during(func() { ok = p.Validate() })
			return ok
		}
	}
	if !l.core.Prepare(w, key, key.hash(), validate) {
		l.records.put(w)
		return nil
	}
	if p.BeforeSleep != nil {
		l.beforeSleep(w, p.BeforeSleep)
	}
	return w
}

// beforeSleep calls f. If that does not return, w is withdrawn.
func (l *Lot) beforeSleep(w *lot.Waiter[Key], f func()) {
	returned := false
	defer func() {
		if !returned {
			l.core.Finish(w)
		}
	}()
	f()
	returned = true
}

// giveUp ends the wait of w, which was not woken in time, and reports whether it was woken after all. If
// not, its record is put away.
func (l *Lot) giveUp(w *lot.Waiter[Key], p *Parking) (woken bool) {
	gaveUp := p.TimedOut
	if l.Debug && gaveUp != nil {
		gaveUp = func(key Key, rest int) { l.calls.during(func() { p.TimedOut(key, rest) }) }
	}
	if woken = l.core.FinishWith(w, gaveUp); !woken {
		l.records.put(w)
	}
	return woken
}

// Len returns how many wait under key.
func (l *Lot) Len(key Key) int {
	l.check(key)
	h := lot.Held[Key]{Key: key, Hash: key.hash()}
	l.core.Hold(&h)
	defer h.Release()
	return h.Len()
}

// check refuses the zero Key, and with Debug those who are called back.
func (l *Lot) check(key Key) {
	if key == (Key{}) {
		panic("parkinglot: zero key")
	}
	if l.Debug {
		l.calls.refuse()
	}
}
