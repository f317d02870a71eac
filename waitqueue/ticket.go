package waitqueue

import (
	"context"

	"github.com/rouse-go/rouse/internal/park"
)

// A Ticket is one registration with a [Map]. It belongs to one goroutine at a
// time. The zero Ticket is one that has ended.
type Ticket[K comparable, V any] struct {
	e     *entry[K, V] // nil: it has ended, with value and err
	seq   park.Ticket
	value V
	err   error
}

// Wait blocks until the value is there, and returns it.
//
//   - the value and nil.
//   - an error for which errors.Is(err, rouse.ErrClosed) holds: the map was closed first.
//   - the context's error: the registration is withdrawn, and a later Wake of the key
//     answers false. If a wake and a cancellation race, the wake wins.
//   - [subscribe.ErrEnded]: it was cancelled before.
//
// Once there is an outcome, Wait and Value return it again.
func (t *Ticket[K, V]) Wait(ctx context.Context) (V, error) {
	if ctx == nil {
		panic("waitqueue: nil context")
	}
	if t.e == nil || t.collect(true) {
		return t.Value()
	}
	err := park.Await(ctx, ctx.Done(), t.e, t.seq)
	if t.collect(false); t.err == park.ErrEnded {
		t.err = err // withdrawn
	}
	return t.value, t.err
}

// C returns a channel for select. It delivers once, when there is an outcome. Then call
// Value. Once that or Wait has returned the outcome, or after Cancel, do not receive from a
// channel that C returned before.
func (t *Ticket[K, V]) C() <-chan struct{} {
	if t.e == nil {
		return park.Closed()
	}
	t.e.watch()
	t.e.Expose(t.seq)
	return t.e.C()
}

// Value returns the outcome, once C has delivered: the value and nil, or the closed
// error. Before that it returns [subscribe.ErrPending], and the registration goes on.
func (t *Ticket[K, V]) Value() (V, error) {
	switch {
	case t.e != nil:
		if !t.collect(false) {
			return t.value, park.ErrPending
		}
	case t.err == nil && t.seq == 0: // the zero Ticket
		return t.value, park.ErrEnded
	}
	return t.value, t.err
}

// Cancel ends the registration, so that a later Wake of the key answers false. If the
// value was delivered before, it has been received: Value and Wait still return it. Cancel
// after the end does nothing, so it can always be deferred.
func (t *Ticket[K, V]) Cancel() {
	if t.e != nil && !t.collect(false) && t.e.Withdraw(t.seq) {
		t.end(park.ErrEnded)
	} else if t.e != nil {
		t.collect(false)
	}
}

func (t *Ticket[K, V]) end(err error) { t.e, t.err = nil, err }

// collect takes the outcome out of the books, if there is one. If there is none, and
// watch is true, the caller may sleep: whoever brings the outcome will kick. [W1]
func (t *Ticket[K, V]) collect(watch bool) bool {
	e, m := t.e, t.e.m
	m.mu.Lock()
	err := e.outcome(t.seq)
	switch err {
	case park.ErrPending:
		e.watched = e.watched || watch
		m.mu.Unlock()
		return false
	case nil:
		t.value = e.value
	}
	if err != park.ErrEnded {
		m.retire(e, !e.watched || e.token || e.Settle(t.seq, e.C()))
	}
	m.mu.Unlock()
	t.end(err)
	return true
}

// watch is for the holder of a registration who is about to give out its channel. An outcome
// that came before, and so without a kick, gets it here.
func (e *entry[K, V]) watch() {
	e.m.mu.Lock()
	late := !e.watched && e.phase != waiting
	e.watched = true
	e.m.mu.Unlock()
	if late {
		e.sleeper.Kick()
	}
}

// The rest makes an entry a park.Registration, for Await. Its outcome stays in the books,
// from where the ticket collects it.

// C implements park.Registration.
func (e *entry[K, V]) C() <-chan struct{} { return e.sleeper.C() }

// Expose implements park.Registration.
func (e *entry[K, V]) Expose(t park.Ticket) { e.Exposure.Expose(t, e.C()) }

// outcome returns what registration t was told. The lock is held.
func (e *entry[K, V]) outcome(t park.Ticket) error {
	switch {
	case e.seq != t:
		return park.ErrEnded
	case e.phase == waiting:
		return park.ErrPending
	case e.phase == byClose:
		return e.m.cause.Err()
	}
	return nil
}

// Peek implements park.Registration.
func (e *entry[K, V]) Peek(t park.Ticket) error { return e.Take(t, false) }

// Take implements park.Registration.
func (e *entry[K, V]) Take(t park.Ticket, token bool) error {
	e.m.mu.Lock()
	defer e.m.mu.Unlock()
	err := e.outcome(t)
	if err != park.ErrPending && err != park.ErrEnded {
		e.token = token
	}
	return err
}

// Withdraw implements park.Registration.
func (e *entry[K, V]) Withdraw(t park.Ticket) bool {
	e.m.mu.Lock()
	defer e.m.mu.Unlock()
	if e.outcome(t) != park.ErrPending {
		return false
	}
	delete(e.m.entries, e.key) // registered -> over
	e.m.retire(e, true)
	return true
}

// Cancel implements park.Registration.
func (e *entry[K, V]) Cancel(t park.Ticket) { e.Withdraw(t) }
