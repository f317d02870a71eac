package softfutex

import (
	"context"
	"syscall"

	"github.com/rouse-go/rouse/internal/lot"
	"github.com/rouse-go/rouse/internal/park"
)

// A Waiter is one party that waits. The zero value is ready. It must not be copied, and serves
// one wait at a time, of any Manager: between WaitPrepare and WaitComplete.
type Waiter struct {
	// C delivers once, when the Waiter is woken. It is set by WaitPrepare and LockPI, and
	// after WaitComplete nothing comes from it.
	C <-chan struct{}

	node     node
	ours     bool            // of Wait: nobody has C
	with     *family         // where it waits; nil: it does not
	identity MappingIdentity // (I1)
}

// A node is a Waiter in the books. Its Word says what it waits for: a bitmask, or with forLock
// the lock, and the tid that shall have it.
type node = lot.Waiter[key]

const forLock = 1 << 32

// I1. identity is the reference to the key that the Waiter waits on. Between WaitPrepare and
//     WaitComplete it changes only with that key held, by who moves the Waiter to another.

// NewWaiter returns a Waiter.
func NewWaiter() *Waiter { return new(Waiter) }

// WaitPrepare registers w as waiting on the word, if the word is val: both in one step, seen
// from a Wake.
//   - nil: registered. WaitComplete must be called, whether or not C has delivered.
//   - EAGAIN: the word is another value.
//   - EINVAL: a bitmask of 0, a misaligned address.
//   - an error of the Target: the word cannot be read.
//
// After an error w is not registered. bitmask says which wakes are for w.
func (m *Manager) WaitPrepare(w *Waiter, t Target, addr Addr, private bool, val, bitmask uint32) (err error) {
	w.begin()
	if bitmask == 0 {
		return syscall.EINVAL
	}
	var id MappingIdentity
	k, hash := m.own(KindPrivate, uint64(addr))
	if !plain(t, addr, private) {
		if k, hash, id, err = m.at(t, addr, private); err != nil {
			return err
		}
	}
	w.enter(k, hash, id, uint64(bitmask))
	f := m.all()
	e := entry{f.lot.TryOpen(hash), w, t}
	if e.b == nil {
		e.b = f.lot.Open(hash)
	}
	defer e.close()
	cur, err := t.LoadUint32(addr) // [W1] the bucket is open
	switch {
	case err != nil:
		return err
	case cur != val:
		return syscall.EAGAIN
	}
	e.admit(f)
	return nil
}

func compare(t Target, addr Addr, val uint32) error {
	cur, err := t.LoadUint32(addr)
	if err == nil && cur != val {
		err = syscall.EAGAIN
	}
	return err
}

// begin says that w is going to wait. It inlines.
func (w *Waiter) begin() {
	if w == nil || w.with != nil || w.node.Owner == nil {
		w.first()
	}
}

// first prepares w for its first wait.
func (w *Waiter) first() {
	if w == nil {
		panic("softfutex: nil waiter")
	}
	if w.with != nil {
		panic("softfutex: the waiter waits already")
	}
	w.node.Owner = w
	if !w.ours {
		w.C = w.node.Expose()
	}
}

// enter makes w ready for the books, for what word says. The reference id is w's from now on.
func (w *Waiter) enter(k key, hash uint64, id MappingIdentity, word uint64) {
	if id != nil {
		w.identity = id
	}
	w.node.Word = word
	w.node.Begin(k, hash)
}

// An entry is a Waiter on its way into the books, whose bucket is open.
type entry struct {
	b *lot.Bucket[key] // nil: it is closed, and w was admitted
	w *Waiter
	t Target
}

// admit registers the waiter, and closes the bucket.
func (e *entry) admit(f *family) {
	f.lot.Admit(e.b, &e.w.node)
	e.w.with = f
	e.b = nil
}

// close ends it, if the waiter was not admitted. It is deferred, for the Target may panic.
func (e *entry) close() {
	if e.b != nil {
		e.b.Close()
		e.w.release(e.t)
	}
}

func (w *Waiter) release(t Target) {
	if w.identity != nil {
		id := w.identity
		w.identity = nil
		id.DecRef(t)
	}
}

// WaitComplete ends the wait of w, and reports whether it was woken.
//   - true: a Wake, WakeOp or requeue counted w, or after LockPI, the lock is w's. It does not
//     matter whether C was received from.
//   - false: nobody did, and nobody will.
//
// Of a w that does not wait it answers false.
func (m *Manager) WaitComplete(w *Waiter, t Target) bool {
	switch {
	case w == nil:
		panic("softfutex: nil waiter")
	case w.with == nil:
		return false
	case w.with != m.all():
		panic("softfutex: the waiter waits with another Manager")
	}
	woken := w.with.lot.FinishWith(&w.node, nil)
	w.end(t)
	return woken
}

func (w *Waiter) end(t Target) {
	w.with = nil
	w.release(t)
}

// Wait is WaitPrepare, a sleep and WaitComplete in one.
//   - nil: woken.
//   - the errors of WaitPrepare: it did not sleep.
//   - the context's error: nobody woke it.
//
// If a wake and a cancellation race, the wake wins. The word is compared before the
// context is looked at.
func (m *Manager) Wait(ctx context.Context, t Target, addr Addr, private bool, val, bitmask uint32) error {
	if ctx == nil {
		panic("softfutex: nil context")
	}
	w := m.spares.get()
	defer m.spares.put(w)
	if err := m.WaitPrepare(w, t, addr, private, val, bitmask); err != nil {
		return err
	}
	woken := lot.Sleep(&w.with.lot, &w.node, ctx.Done(), nil)
	w.end(t)
	if !woken {
		return park.ContextError(ctx)
	}
	return nil
}
