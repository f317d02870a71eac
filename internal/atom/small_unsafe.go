//go:build !race

package atom

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// small is an atomic integer smaller than any that sync/atomic has. It is a part of an aligned
// word of 32 bits, and never crosses its border; the operations are on that word, which is
// on the same page, and in the same object of the heap, whose sizes are multiples of it.
//
// Its neighbours in the word are left as they are, also if somebody writes them at the same
// time by plain stores: then the word differs and the compare-and-swap fails, or they
// come later. But the race detector would take that for a race: for it there is small_race_unsafe.go.
type small[T uint8 | uint16] struct{ v T }

// word returns the word that x is in, and how far to the left.
func (x *small[T]) word() (w *atomic.Uint32, shift uint) {
	const size = unsafe.Sizeof(atomic.Uint32{})
	off := uintptr(unsafe.Pointer(&x.v)) % size
	w = (*atomic.Uint32)(unsafe.Add(unsafe.Pointer(&x.v), -int(off)))
	if cpu.IsBigEndian {
		off = size - unsafe.Sizeof(x.v) - off
	}
	return w, 8 * uint(off)
}

func (x *small[T]) Load() T {
	w, shift := x.word()
	return T(w.Load() >> shift)
}

func (x *small[T]) Store(v T) { x.Swap(v) }

func (x *small[T]) Swap(v T) T {
	return x.update(func(T) T { return v })
}

func (x *small[T]) Add(d T) T {
	return x.update(func(v T) T { return v + d }) + d
}

func (x *small[T]) And(m T) T {
	w, shift := x.word()
	return T(w.And(^(uint32(^m) << shift)) >> shift)
}

func (x *small[T]) Or(m T) T {
	w, shift := x.word()
	return T(w.Or(uint32(m)<<shift) >> shift)
}

func (x *small[T]) CompareAndSwap(old, new T) bool {
	w, shift := x.word()
	for {
		s := w.Load()
		if T(s>>shift) != old {
			return false
		}
		if w.CompareAndSwap(s, s^uint32(old^new)<<shift) {
			return true
		}
	}
}

// update replaces the value by what f makes of it, and returns what it was.
func (x *small[T]) update(f func(T) T) T {
	w, shift := x.word()
	for {
		s := w.Load()
		v := T(s >> shift)
		if w.CompareAndSwap(s, s^uint32(v^f(v))<<shift) {
			return v
		}
	}
}
