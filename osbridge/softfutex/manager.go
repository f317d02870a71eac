package softfutex

import (
	"syscall"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/lot"
)

// MatchAny is the bitmask that goes with every other one.
const MatchAny = ^uint32(0)

// A Manager holds the futexes of one address space. The zero value is ready. It must not be
// copied. Everything may be called by any number of goroutines at once.
//
// It may be used inside of one testing/synctest bubble or outside of all, as a channel.
type Manager struct {
	with  *family // nil: the founder
	space uint64  // its number in the family, above the bits of the kind: whose addresses
	family
	spares spares
}

// A family is what managers share that come from one by Fork. All their waiters are in one lot,
// those of private keys too, for a requeue may go from one kind to another.
type family struct {
	lot   lot.Lot[key]
	forks atom.Uint64
}

// NewManager returns a Manager for an address space.
func NewManager() *Manager { return new(Manager) }

// Fork returns a Manager for another address space. Both meet at the futexes of
// KindSharedMappable, and at no others. Nobody waits in the new one.
func (m *Manager) Fork() *Manager {
	f := m.all()
	return &Manager{with: f, space: f.forks.Add(1) << 2}
}

func (m *Manager) all() *family {
	if m.with != nil {
		return m.with
	}
	return &m.family
}

// Wake wakes up to n of those who wait on the word with a bitmask that has a bit in common with
// bitmask, the longest waiting first, and returns how many. n <= 0 counts as 1.
//   - EINVAL: a bitmask of 0, a misaligned address.
//   - a number and EINVAL: after so many, a waiter of LockPI was next.
//
// The word is not read. A Wake orders what came before it before what is done by those it wakes.
func (m *Manager) Wake(t Target, addr Addr, private bool, bitmask uint32, n int) (int, error) {
	if bitmask == 0 {
		return 0, syscall.EINVAL
	}
	var (
		id  MappingIdentity
		err error
	)
	k, hash := m.own(KindPrivate, uint64(addr))
	if !plain(t, addr, private) {
		if k, hash, id, err = m.at(t, addr, private); err != nil {
			return 0, err
		}
	}
	woken := 0
	if books := &m.all().lot; !books.Empty(hash) { // [W2] the caller has changed the word
		var stopped bool
		if woken, stopped = books.WakeSome(k, hash, max(n, 1), uint64(bitmask), forLock); stopped {
			err = syscall.EINVAL
		}
	}
	drop(id, t)
	return woken, err
}
