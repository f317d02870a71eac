package softfutex

import (
	"syscall"

	"github.com/rouse-go/rouse/internal/lot"
)

// WakeOp does op on the word at addr2, wakes up to nwake1 of those who wait on addr1, and if the
// comparison in op holds for what the word at addr2 was, up to nwake2 of those who
// wait on addr2: all in one step, seen from waiters and wakers of both. It returns how many
// it woke. See [EncodeOp]. A count that is not positive counts as 1. Bitmasks play no part.
//   - EINVAL: a misaligned address.
//   - ENOSYS: op is none, and did nothing; or its comparison is none, and it has changed the word. Nobody was woken.
//   - an error of the Target: nobody was woken.
//   - a number and EINVAL: after so many, a waiter of LockPI was next.
func (m *Manager) WakeOp(t Target, addr1, addr2 Addr, private bool, nwake1, nwake2 int, op uint32) (woken int, err error) {
	var p pair
	if err := p.find(m, t, addr1, addr2, private); err != nil {
		return 0, err
	}
	m.all().lot.HoldBoth(&p.held)
	defer p.end(t)
	also, err := apply(t, addr2, op)
	if err != nil {
		return 0, err
	}
	h := &p.held
	if h.WakeSome(max(nwake1, 1), uint64(MatchAny), forLock) || also && h.WakeSomeOther(max(nwake2, 1), uint64(MatchAny), forLock) {
		err = syscall.EINVAL
	}
	return h.Woken, err
}

// Requeue wakes up to nwake of those who wait on addr, and moves up to nreq of the
// others to naddr, where they wait on behind those who wait there, with the bitmasks that they have.
// It returns how many were woken and moved. If both are one futex, those who
// would be moved are counted and stay in their places.
//   - EINVAL: a negative count, a misaligned address.
//   - a number and EINVAL: after so many, a waiter of LockPI was next.
func (m *Manager) Requeue(t Target, addr, naddr Addr, private bool, nwake, nreq int) (int, error) {
	return m.requeue(t, addr, naddr, private, nwake, nreq, nil)
}

// RequeueCmp is Requeue, if the word at addr is val: the comparison and all that follows
// are one step, seen from waiters and wakers of both.
//   - EAGAIN: the word is another value.
//   - an error of the Target: nobody was woken or moved.
//   - the errors of Requeue.
func (m *Manager) RequeueCmp(t Target, addr, naddr Addr, private bool, val uint32, nwake, nreq int) (int, error) {
	return m.requeue(t, addr, naddr, private, nwake, nreq, &val)
}

func (m *Manager) requeue(t Target, addr, naddr Addr, private bool, nwake, nreq int, val *uint32) (int, error) {
	if nwake < 0 || nreq < 0 {
		return 0, syscall.EINVAL
	}
	var p pair
	if err := p.find(m, t, addr, naddr, private); err != nil {
		return 0, err
	}
	books := &m.all().lot
	if val == nil && books.Empty(p.held.Hash) {
		p.drop(t)
		return 0, nil
	}
	h := &p.held
	books.HoldBoth(h)
	defer p.end(t)
	var err error
	if val != nil {
		if err = compare(t, addr, *val); err != nil {
			return 0, err
		}
	}
	h.Visit(func(w *node) lot.Verdict {
		switch {
		case h.Woken == nwake && h.Moved == nreq:
			return lot.Stop
		case w.Word&forLock != 0:
			err = syscall.EINVAL
			return lot.Stop
		case h.Woken < nwake:
			return lot.Wake
		}
		p.carry(w.Owner.(*Waiter))
		return lot.Move
	})
	return h.Woken + h.Moved, err
}

// A pair is two places, and the references that are to be dropped when no lock is held any more.
type pair struct {
	held lot.Held[key]
	a, b MappingIdentity
	old  []MappingIdentity // of those who were moved
}

func (p *pair) find(m *Manager, t Target, a, b Addr, private bool) (err error) {
	h := &p.held
	if h.Key, h.Hash, p.a, err = m.at(t, a, private); err != nil {
		return err
	}
	if h.Other, h.OtherHash, p.b, err = m.at(t, b, private); err != nil {
		drop(p.a, t)
	}
	return err
}

// carry gives w, which is moved from a to b, a reference to b for its one to a. (I1)
func (p *pair) carry(w *Waiter) {
	if p.held.Key == p.held.Other {
		return // it stays
	}
	if w.identity != nil {
		p.old = append(p.old, w.identity)
	}
	if w.identity = p.b; w.identity != nil {
		w.identity.IncRef()
	}
}

// end releases what is held, and then the references.
func (p *pair) end(t Target) {
	p.held.Release()
	p.drop(t)
}

func (p *pair) drop(t Target) {
	drop(p.a, t)
	drop(p.b, t)
	for _, id := range p.old {
		id.DecRef(t)
	}
}
