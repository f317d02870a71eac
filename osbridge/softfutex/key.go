package softfutex

import (
	"hash/maphash"
	"syscall"
)

// An Addr is an address in the memory that a Target gives access to.
type Addr uint64

// A Target is one party's view of the memory: its words, and what they are part of. The methods
// that touch words must be atomic, and sequentially consistent as those of sync/atomic. All may be
// called with a lock of the Manager held: they must not call it, nor block for long. If one
// panics, the call that it was made from has no effect on the Manager.
type Target interface {
	// SwapUint32 stores new in the word, and returns what it was.
	SwapUint32(addr Addr, new uint32) (uint32, error)

	// CompareAndSwapUint32 stores new if the word is old. It returns what the word was, which
	// is old if new was stored.
	CompareAndSwapUint32(addr Addr, old, new uint32) (uint32, error)

	// LoadUint32 returns the word.
	LoadUint32(addr Addr) (uint32, error)

	// GetSharedKey returns the Key of a futex that is not private: of kind KindSharedPrivate or
	// KindSharedMappable. If it has a MappingIdentity, GetSharedKey took a reference, which
	// the Manager drops. It is called with no lock held.
	GetSharedKey(addr Addr) (Key, error)
}

// A KeyKind says what a futex is known by.
type KeyKind int

const (
	// KindPrivate is a futex of one address space, known by its address there: futex(2)
	// with FUTEX_PRIVATE_FLAG.
	KindPrivate KeyKind = iota

	// KindSharedPrivate is a futex that might be shared, in memory that is not: known by its
	// address in one address space, too, but never the same as one of KindPrivate.
	KindSharedPrivate

	// KindSharedMappable is a futex in an object that several address spaces may have
	// mapped, known by the object and its offset there.
	KindSharedMappable
)

// A Key is what a waiter waits on. Two are the same if kind, Mappable and Offset are, and for the
// kinds that are known by an address, if they come from one Manager.
type Key struct {
	Kind KeyKind

	// Mappable is the mapped object, of KindSharedMappable only, and may be nil there. Its
	// type must be comparable; best it is a pointer.
	Mappable any

	// MappingIdentity, if not nil, is referenced as long as somebody waits on this Key. It
	// plays no part in what is the same.
	MappingIdentity MappingIdentity

	// Offset is the address, or of KindSharedMappable the place in the object.
	Offset uint64
}

// A MappingIdentity counts references to a mapping.
type MappingIdentity interface {
	// IncRef adds a reference. It may be called with a lock of the Manager held, and must not
	// call the Manager.
	IncRef()

	// DecRef drops one, for the given party. It is called with no lock held.
	DecRef(t Target)
}

// key is a Key in the books of a family of managers.
type key struct {
	space  uint64 // the kind; and of those that are known by an address, whose
	offset uint64
	object any // the Mappable
}

func drop(id MappingIdentity, t Target) {
	if id != nil {
		id.DecRef(t)
	}
}

var seed = maphash.MakeSeed()

// at returns the place of addr, in pieces, which fit into registers. The caller drops id.
func (m *Manager) at(t Target, addr Addr, private bool) (k key, hash uint64, id MappingIdentity, err error) {
	switch {
	case t == nil:
		panic("softfutex: nil target")
	case addr%4 != 0:
		return k, 0, nil, syscall.EINVAL
	case private:
		k, hash = m.own(KindPrivate, uint64(addr))
		return k, hash, nil, nil
	}
	return m.shared(t, addr)
}

// plain reports whether the place is own's of KindPrivate, for those to whom the call of at is too dear.
func plain(t Target, addr Addr, private bool) bool { return private && addr%4 == 0 && t != nil }

// own is for the kinds that are known by an address.
func (m *Manager) own(kind KeyKind, offset uint64) (key, uint64) {
	return key{space: m.space + uint64(kind), offset: offset}, spread(offset + m.space<<8)
}

func (m *Manager) shared(t Target, addr Addr) (k key, hash uint64, id MappingIdentity, err error) {
	s, err := t.GetSharedKey(addr)
	if err != nil {
		return k, 0, nil, err
	}
	switch s.Kind {
	case KindSharedPrivate:
		k, hash = m.own(KindSharedPrivate, s.Offset)
	case KindSharedMappable:
		k = key{uint64(KindSharedMappable), s.Offset, s.Mappable}
		if s.Mappable != nil {
			hash = maphash.Comparable(seed, s.Mappable)
		}
		hash = spread(hash + s.Offset)
	default:
		panic("softfutex: GetSharedKey returned a private key")
	}
	return k, hash, s.MappingIdentity, nil
}

// spread makes a hash of which the upper half counts. Words that lie side by side get
// different ones.
func spread(x uint64) uint64 { return (x >> 2) * 0x9e3779b97f4a7c15 }
