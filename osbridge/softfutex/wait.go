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
func (m *Manager) WaitPrepare(w *Waiter, t Target, addr Addr, private bool, val, bitmask uint32) error {
	w.begin()
	return m.prepare(w, t, addr, private, val, bitmask)
}

func (m *Manager) prepare(w *Waiter, t Target, addr Addr, private bool, val, bitmask uint32) error {
	if bitmask == 0 {
		return syscall.EINVAL
	}
	p, err := m.at(t, addr, private)
	if err != nil {
		return err
	}
	m.enter(w, t, p, uint64(bitmask), func() bool {
		err = compare(t, addr, val)
		return err == nil
	})
	return err
}

func compare(t Target, addr Addr, val uint32) error {
	cur, err := t.LoadUint32(addr)
	if err == nil && cur != val {
		err = syscall.EAGAIN
	}
	return err
}

// begin says that w is a user's, who will have its channel.
func (w *Waiter) begin() {
	if w == nil {
		panic("softfutex: nil waiter")
	}
	if w.with != nil {
		panic("softfutex: the waiter waits already")
	}
	w.node.Exposed = true
}

// enter registers w at p, for what word says, if validate agrees, which runs under the lock.
// Then p's reference is w's, otherwise it is dropped.
func (m *Manager) enter(w *Waiter, t Target, p place, word uint64, validate func() bool) {
	if p.identity != nil {
		w.identity = p.identity
		defer func() { // also if the Target panics
			if w.with == nil {
				w.release(t)
			}
		}()
	}
	f := m.all()
	w.node.Word, w.node.Owner = word, w
	if f.lot.Prepare(&w.node, p.key, p.hash, validate) {
		w.with = f
		if w.node.Exposed {
			w.C = w.node.C()
		}
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
	woken := w.with.lot.Finish(&w.node)
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
	if err := m.prepare(w, t, addr, private, val, bitmask); err != nil {
		return err
	}
	woken := lot.Sleep(&w.with.lot, &w.node, ctx.Done(), nil)
	w.end(t)
	if !woken {
		return park.ContextError(ctx)
	}
	return nil
}
