//go:build race

package atom

import (
	"runtime"
	"sync"
	"unsafe"
)

// small is an atomic integer smaller than any that sync/atomic has, and than any that the race
// detector knows. Here a lock makes its operations atomic. Lock and access are kept from the
// detector, which is told what it would have been told of an atomic: who reads a value is
// ordered after who wrote it, and nothing more.
type small[T uint8 | uint16] struct{ v T }

var smallLocks [64]sync.Mutex

func (x *small[T]) Load() T {
	mu := x.lock()
	defer unlock(mu)
	return x.get()
}

func (x *small[T]) CompareAndSwap(old, new T) (swapped bool) {
	mu := x.lock()
	defer unlock(mu)
	if x.get() != old {
		return false
	}
	x.set(new)
	return true
}

func (x *small[T]) Store(v T)  { x.update(func(T) T { return v }) }
func (x *small[T]) Swap(v T) T { return x.update(func(T) T { return v }) }
func (x *small[T]) Add(d T) T  { return x.update(func(v T) T { return v + d }) + d }
func (x *small[T]) And(m T) T  { return x.update(func(v T) T { return v & m }) }
func (x *small[T]) Or(m T) T   { return x.update(func(v T) T { return v | m }) }

// update replaces the value by what f makes of it, and returns what it was.
func (x *small[T]) update(f func(T) T) (old T) {
	mu := x.lock()
	defer unlock(mu)
	old = x.get()
	x.set(f(old))
	return old
}

func (x *small[T]) lock() *sync.Mutex {
	mu := &smallLocks[uintptr(unsafe.Pointer(x))%uintptr(len(smallLocks))]
	runtime.RaceDisable()
	mu.Lock()
	runtime.RaceEnable()
	return mu
}

func unlock(mu *sync.Mutex) {
	runtime.RaceDisable()
	mu.Unlock()
	runtime.RaceEnable()
}

func (x *small[T]) get() T {
	runtime.RaceAcquire(unsafe.Pointer(x))
	return read(&x.v)
}

func (x *small[T]) set(v T) {
	write(&x.v, v)
	runtime.RaceReleaseMerge(unsafe.Pointer(x))
}

//go:norace
func read[T uint8 | uint16](p *T) T { return *p }

//go:norace
func write[T uint8 | uint16](p *T, v T) { *p = v }
