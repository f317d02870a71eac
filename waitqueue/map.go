package waitqueue

import (
	"context"
	"errors"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/cause"
	"github.com/rouse-go/rouse/internal/park"
)

// ErrDuplicate is returned by Register and Wait for a key that somebody has
// registered and that was not woken yet.
var ErrDuplicate = errors.New("waitqueue: key is registered already")

// A Map is a set of waiters, each under a key of its own, to each of which one value can
// be delivered: await completion number 17, and get its result.
//
//	t, err := m.Register(tag)
//	defer t.Cancel()
//	device.Submit(tag)             // whoever sees the completion calls m.Wake(tag, result)
//	result, err := t.Wait(ctx)
//
// The zero value is ready to use. A Map must not be copied after first use. All
// methods may be called by any number of goroutines at once. Wake synchronizes before
// the return of the Wait or Value that gets its value.
//
// A value is never dropped in silence: Wake answers false, and the value stays
// with its sender; or it answers true, and the value is the ticket's, also when
// that is cancelled at the same moment.
//
// For [testing/synctest] a Map follows the rule of channels: one that was waited on in a
// bubble is used in that bubble only.
type Map[K comparable, V any] struct {
	mu      atom.Mutex
	entries map[K]*entry[K, V] // registered, and not woken yet
	spares  []*entry[K, V]
	closed  bool
	cause   cause.Cause
}

// An entry is a registration in the books. It is:
//
//	registered   entries[key] is it   -> woken, by Wake: value set, out of entries, kicked
//	                                  -> shut, by Close: out of entries, kicked
//	                                  -> over, by Withdraw or Cancel: out of entries
//	woken, shut                       -> over, by collect, which gives the ticket what there is
//
// All fields but sleeper are touched with the map's lock held, and an entry whose kick is
// not over is not reused.
type entry[K comparable, V any] struct {
	park.Exposure
	m       *Map[K, V]
	sleeper park.Sleeper
	phase   phase // waiting, byWake or byClose
	watched bool  // somebody may sleep there: the user, by way of C, or Wait. If not, Wake spares the kick
	token   bool  // Await has taken the token
	key     K
	value   V
	seq     park.Ticket // of the registration; raised when that is over
}

// Register registers key, before the act that leads to its wake. The ticket is
// the registration; it must be ended by Wait, Value or Cancel.
//
// It fails with [ErrDuplicate] if key is registered, and with the closed error if the
// map is closed. The ticket that comes with an error gives that error again, and may be
// cancelled like any other.
func (m *Map[K, V]) Register(key K) (*Ticket[K, V], error) {
	t := m.register(key)
	return &t, t.err // inlined, so it need not be on the heap
}

// Wait registers key, and waits for its value.
func (m *Map[K, V]) Wait(ctx context.Context, key K) (V, error) {
	if ctx == nil {
		panic("waitqueue: nil context")
	}
	t, err := m.Register(key)
	if err != nil {
		var zero V
		return zero, err
	}
	return t.Wait(ctx)
}

// Wake delivers v to whoever registered key, and ends the registration of the key.
//
//   - true: v was delivered.
//   - false: nobody is registered for key, or the map is closed. v stays with the caller.
func (m *Map[K, V]) Wake(key K, v V) bool {
	m.mustHave()
	ok, e, t := m.deliver(key, v)
	if e != nil {
		e.sleeper.Kick() // e may be another's now, but for its Exposure
		e.Kicked(t, false)
	}
	return ok
}

// deliver is Wake, but for the kick: it returns whom to kick, if anybody. A key that cannot be
// hashed panics in it: hence the defer.
//
// [W2] The outcome is written, then we look whether somebody watches; who begins to watch looks
// for the outcome [W1]. The lock says who is first.
func (m *Map[K, V]) deliver(key K, v V) (ok bool, kick *entry[K, V], t park.Ticket) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[key]
	if e == nil {
		return false, nil, 0
	}
	delete(m.entries, key)
	e.value, e.phase = v, byWake // registered -> woken
	if e.watched {
		return true, e, e.seq
	}
	return true, nil, 0
}

// Close closes the map for good, and returns how many waiters it woke. They and
// all that come later get an error for which errors.Is(err, rouse.ErrClosed) holds. A
// value that was delivered before is still received.
func (m *Map[K, V]) Close() int { return m.CloseWith(nil) }

// CloseWith is Close with a cause: errors.Is(err, cause) holds as well. The first
// close decides the cause. A nil cause is none.
func (m *Map[K, V]) CloseWith(cause error) int {
	m.mustHave()
	m.cause.Set(cause)
	m.mu.Lock()
	m.closed = true
	shut := m.entries
	m.entries, m.spares = nil, nil
	for _, e := range shut {
		e.phase = byClose // registered -> shut
	}
	m.mu.Unlock()
	for _, e := range shut {
		e.sleeper.Kick()
	}
	return len(shut)
}

// Closed reports whether the map is closed.
func (m *Map[K, V]) Closed() bool {
	m.mustHave()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// Len returns how many keys are registered and were not woken yet.
func (m *Map[K, V]) Len() int {
	m.mustHave()
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.entries)
}

func (m *Map[K, V]) register(key K) (t Ticket[K, V]) {
	m.mustHave()
	if self := key; key != self {
		panic("waitqueue: a key that does not equal itself, as NaN")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		t.err = m.cause.Err()
		return t
	}
	if m.entries[key] != nil {
		t.err = ErrDuplicate
		return t
	}
	if m.entries == nil {
		m.entries = make(map[K]*entry[K, V])
	}
	var e *entry[K, V]
	if n := len(m.spares); n > 0 {
		e, m.spares = m.spares[n-1], m.spares[:n-1]
	} else {
		e = &entry[K, V]{m: m, sleeper: park.NewSleeper(), seq: 1}
	}
	e.key, e.phase, e.watched, e.token = key, waiting, false, false
	m.entries[key] = e
	t.e, t.seq = e, e.seq
	return t
}

// retire ends the registration of e. If clean, nobody will kick it any more. The lock is held.
func (m *Map[K, V]) retire(e *entry[K, V], clean bool) {
	var (
		key   K
		value V
	)
	e.key, e.value = key, value // what they point to is not ours to keep
	e.seq++                     // from here on its handles are over
	if clean && !m.closed && len(m.spares) < keep {
		m.spares = append(m.spares, e)
	}
}

func (m *Map[K, V]) mustHave() {
	if m == nil {
		panic("waitqueue: nil map")
	}
}
