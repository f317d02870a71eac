package osbridge

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// ErrVersion says that a cell in shared memory has another layout than this package
// knows, or that the memory holds something else.
var ErrVersion = errors.New("osbridge: not a shared cell of this version")

// NewShared returns a handle on the cell in the eight bytes at word, which must be
// aligned to eight. Eight zero bytes are a new cell: there is nothing to initialize, and no one who
// must come first.
//
// The memory must stay mapped, and is not freed by the garbage collector's leave: keep the
// mapping until no call on the handle is running. After that the handle touches it no more.
//   - [ErrVersion]: the memory holds another version of the cell, or something else.
//   - errors.ErrUnsupported: this system cannot wait across processes (see package waitaddr).
//   - another error: word is nil or misaligned.
func NewShared(word unsafe.Pointer) (*Shared, error) {
	switch {
	case word == nil:
		return nil, errors.New("osbridge: shared cell: nil address")
	case uintptr(word)%sharedSize != 0:
		return nil, fmt.Errorf("osbridge: shared cell: address %#x is not aligned to %d", uintptr(word), sharedSize)
	}
	// A wait for a value that is not there does not sleep, and tells whether there are such waits.
	probe := new(uint32)
	if err := waitaddr.Shared.WaitTimeout(probe, 1, 0); errors.Is(err, errors.ErrUnsupported) {
		return nil, fmt.Errorf("osbridge: shared cell: %w", err)
	}
	if v := atom.LoadUint32((*uint32)(unsafe.Add(word, 4))); v != sharedVersion {
		return nil, fmt.Errorf("%w: found %#x, want %#x", ErrVersion, v, sharedVersion)
	}
	return &Shared{word: (*atom.Uint32)(word), addr: (*uint32)(word), kernel: waitaddr.Shared}, nil
}

// NewSharedIn is [NewShared] for the first eight bytes of a mapped region. A region that is shorter is
// an error.
func NewSharedIn(region []byte) (*Shared, error) {
	if len(region) < sharedSize {
		return nil, fmt.Errorf("osbridge: shared cell: a region of %d bytes, want %d", len(region), sharedSize)
	}
	return NewShared(unsafe.Pointer(unsafe.SliceData(region)))
}
