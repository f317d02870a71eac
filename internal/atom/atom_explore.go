//go:build explore

package atom

import (
	"sync"
	"sync/atomic"
)

// The types of an ordinary build, each telling of its steps. They are as large
// as those, and where nobody listens they do the same.
type (
	Bool           = Value[bool, atomic.Bool, *atomic.Bool]
	Int32          = Number[int32, atomic.Int32, *atomic.Int32]
	Int64          = Number[int64, atomic.Int64, *atomic.Int64]
	Uint32         = Number[uint32, atomic.Uint32, *atomic.Uint32]
	Uint64         = Number[uint64, atomic.Uint64, *atomic.Uint64]
	Uintptr        = Number[uintptr, atomic.Uintptr, *atomic.Uintptr]
	Uint8          = Number[uint8, small[uint8], *small[uint8]]
	Uint16         = Number[uint16, small[uint16], *small[uint16]]
	Pointer[T any] = Value[*T, atomic.Pointer[T], *atomic.Pointer[T]]
)

type valueOps[T, A any] interface {
	*A
	Load() T
	Store(T)
	Swap(T) T
	CompareAndSwap(old, new T) bool
}

type numberOps[T, A any] interface {
	valueOps[T, A]
	Add(T) T
	And(T) T
	Or(T) T
}

// A Value is an atomic variable: A of sync/atomic, holding a T.
type Value[T, A any, P valueOps[T, A]] struct{ v A }

func (x *Value[T, A, P]) Load() T    { Step(Load, x, nil); return P(&x.v).Load() }
func (x *Value[T, A, P]) Store(v T)  { Step(Store, x, nil); P(&x.v).Store(v) }
func (x *Value[T, A, P]) Swap(v T) T { Step(Swap, x, nil); return P(&x.v).Swap(v) }
func (x *Value[T, A, P]) CompareAndSwap(o, n T) bool {
	Step(CAS, x, nil)
	return Changed(P(&x.v).CompareAndSwap(o, n))
}

// Peek returns what x holds, and is no step: for reports.
func (x *Value[T, A, P]) Peek() any { return P(&x.v).Load() }

// A Number is a Value that can be counted with.
type Number[T, A any, P numberOps[T, A]] struct{ Value[T, A, P] }

func (x *Number[T, A, P]) Add(d T) T { Step(Add, &x.Value, nil); return P(&x.v).Add(d) }
func (x *Number[T, A, P]) And(m T) T { Step(And, &x.Value, nil); return P(&x.v).And(m) }
func (x *Number[T, A, P]) Or(m T) T  { Step(Or, &x.Value, nil); return P(&x.v).Or(m) }

// A Mutex is sync.Mutex.
type Mutex struct{ v sync.Mutex }

func (m *Mutex) Lock()         { Step(Lock, m, nil); m.v.Lock() }
func (m *Mutex) Unlock()       { Step(Unlock, m, nil); m.v.Unlock() }
func (m *Mutex) TryLock() bool { Step(TryLock, m, nil); return Changed(m.v.TryLock()) }

// Peek reports whether m is locked, and is no step.
func (m *Mutex) Peek() any {
	if m.v.TryLock() {
		m.v.Unlock()
		return false
	}
	return true
}

// Guarded is a plain field: whoever uses it holds what guards it.
type Guarded[T any] struct{ v T }

// Get reads the field.
func (g *Guarded[T]) Get() T { Step(Read, g, nil); return g.v }

// Set writes the field.
func (g *Guarded[T]) Set(v T) { Step(Write, g, nil); g.v = v }

// Peek returns the field, and is no step.
func (g *Guarded[T]) Peek() any { return g.v }
