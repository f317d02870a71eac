package parkinglot

import (
	"unsafe"

	"github.com/rouse-go/rouse/internal/atom"
)

// Value is what can be waited on: the integers of 1, 2, 4 and 8 bytes.
type Value interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint | ~uintptr
}

// A Key is what a waiter is registered under: an address. Keys are equal if their addresses
// are. Who waits keeps alive what is there; a Key lets nobody read or write it.
type Key struct{ p unsafe.Pointer }

// KeyOf returns the key of an address. The fields of a struct have different addresses, and so
// can be different keys. It panics if addr is nil.
func KeyOf[T any](addr *T) Key {
	if addr == nil {
		panic("parkinglot: nil address")
	}
	return Key{unsafe.Pointer(addr)}
}

// hash multiplies, so that every bit of the address that tells it from its neighbours has a
// say in the upper half, which is what counts in package lot.
func (k Key) hash() uint64 { return uint64(uintptr(k.p)) * mix }

// aligned refuses what cannot be read in one step.
func aligned[T Value](addr *T) {
	if uintptr(unsafe.Pointer(addr))%unsafe.Sizeof(*addr) != 0 {
		panic("parkinglot: misaligned address")
	}
}

// load reads *addr in one atomic step, whatever its size.
func load[T Value](addr *T) T {
	p := unsafe.Pointer(addr)
	switch unsafe.Sizeof(*addr) {
	case 1:
		return T((*atom.Uint8)(p).Load())
	case 2:
		return T((*atom.Uint16)(p).Load())
	case 4:
		return T((*atom.Uint32)(p).Load())
	}
	return T((*atom.Uint64)(p).Load())
}

// Addr returns the address of the value, to wait on and to notify.
func (x *Uint8) Addr() *uint8 { return (*uint8)(unsafe.Pointer(&x.v)) }

// Addr returns the address of the value, to wait on and to notify.
func (x *Uint16) Addr() *uint16 { return (*uint16)(unsafe.Pointer(&x.v)) }
