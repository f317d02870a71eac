package softfutex

import (
	"syscall"

	"github.com/rouse-go/rouse/internal/lot"
)

// The word of a lock.
const (
	TIDMask   = 0x3fffffff // the holder; 0: free
	OwnerDied = 0x40000000 // the holder died with it; kept by who takes the lock, cleared by UnlockPI
	Waiters   = 0x80000000 // somebody waits, perhaps: unlock by UnlockPI
)

// The lock: the word, and those who wait for it.
//
//	word            LockPI(tid)                    UnlockPI(tid)
//	free            -> tid                         EPERM
//	tid             EDEADLK                        -> free, or the first who waits, who is woken
//	another         -> another|Waiters, wait       EPERM
//
// J1. The word of a lock that somebody waits for has Waiters set, unless the guest cleared it.
// J2. A lock is handed over, never set free, while somebody waits: the word has the new holder's tid
//     before that one wakes. Who is woken holds it.
//
// Both sides change the word with the lock of the bucket held. The guest changes it without:
// from free to its tid, and back, if Waiters is not set. So all changes are by compare-and-swap, and
// one that fails looks again.

// LockPI takes the lock for tid, or registers w as waiting for it.
//   - true: taken; w is not registered.
//   - false, nil: registered, as by WaitPrepare. When UnlockPI hands the lock to w, C delivers.
//     WaitComplete must be called: true means that tid holds the lock, also if the
//     wait was given up; false that it does not and will not.
//   - EAGAIN: try is set, and another holds the lock.
//   - EDEADLK: tid holds it itself.
//   - EINVAL: a misaligned address.
//   - an error of the Target.
//
// The lock goes to who came first. A plain Wake or requeue does not touch w. Whoever waits on
// the same word by WaitPrepare is not seen.
func (m *Manager) LockPI(w *Waiter, t Target, addr Addr, tid uint32, private, try bool) (taken bool, err error) {
	w.begin()
	checkTID(tid)
	k, hash, id, err := m.at(t, addr, private)
	if err != nil {
		return false, err
	}
	w.enter(k, hash, id, forLock|uint64(tid))
	f := m.all()
	e := entry{f.lot.Open(hash), w, t}
	defer e.close()
	if taken, err = claim(t, addr, tid, try); err == nil && !taken {
		e.admit(f)
	}
	return taken, err
}

func checkTID(tid uint32) {
	if tid == 0 || tid&^TIDMask != 0 {
		panic("softfutex: no tid")
	}
}

// claim takes the lock, or says in the word that somebody waits.
func claim(t Target, addr Addr, tid uint32, try bool) (bool, error) {
	for cur, err := t.LoadUint32(addr); ; {
		var next uint32
		switch holder := cur & TIDMask; {
		case err != nil:
			return false, err
		case holder == tid:
			return false, syscall.EDEADLK
		case holder == 0: // free -> tid (J1: Waiters stays)
			next = cur | tid
		case try:
			return false, syscall.EAGAIN
		case cur&Waiters != 0:
			return false, nil
		default: // another -> another|Waiters (J1)
			next = cur | Waiters
		}
		was, failed := t.CompareAndSwapUint32(addr, cur, next)
		if failed == nil && was == cur {
			return next&TIDMask == tid, nil
		}
		cur, err = was, failed
	}
}

// UnlockPI hands the lock from tid to the first who waits for it, or sets it free.
//   - EPERM: tid does not hold it.
//   - EINVAL: a misaligned address.
//   - an error of the Target: tid still holds it.
func (m *Manager) UnlockPI(t Target, addr Addr, tid uint32, private bool) (err error) {
	checkTID(tid)
	var h lot.Held[key]
	var id MappingIdentity
	if h.Key, h.Hash, id, err = m.at(t, addr, private); err != nil {
		return err
	}
	defer drop(id, t)
	m.all().lot.Hold(&h)
	defer h.Release()
	nobody, others := true, h.Len() > 1
	h.Visit(func(w *node) lot.Verdict {
		if !nobody {
			return lot.Stop
		}
		if w.Word&forLock == 0 {
			return lot.Skip
		}
		nobody = false
		next := uint32(w.Word)
		if others {
			next |= Waiters // (J1)
		}
		if err = leave(t, addr, tid, next); err != nil { // tid -> the first who waits (J2)
			return lot.Stop
		}
		return lot.Wake
	})
	if nobody {
		err = leave(t, addr, tid, 0) // tid -> free
	}
	return err
}

// leave replaces tid in the word by next.
func leave(t Target, addr Addr, tid, next uint32) error {
	for cur, err := t.LoadUint32(addr); ; {
		switch {
		case err != nil:
			return err
		case cur&TIDMask != tid:
			return syscall.EPERM
		}
		was, failed := t.CompareAndSwapUint32(addr, cur, next)
		if failed == nil && was == cur {
			return nil
		}
		cur, err = was, failed
	}
}
