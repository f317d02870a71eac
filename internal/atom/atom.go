//go:build !explore

package atom

import (
	"sync"
	"sync/atomic"
)

type (
	Bool           = atomic.Bool
	Int32          = atomic.Int32
	Int64          = atomic.Int64
	Uint32         = atomic.Uint32
	Uint64         = atomic.Uint64
	Uintptr        = atomic.Uintptr
	Uint8          = small[uint8]
	Uint16         = small[uint16]
	Pointer[T any] = atomic.Pointer[T]
	Mutex          = sync.Mutex
)

// Guarded is a plain field: whoever uses it holds what guards it.
type Guarded[T any] struct{ v T }

// Get reads the field.
func (g *Guarded[T]) Get() T { return g.v }

// Set writes the field.
func (g *Guarded[T]) Set(v T) { g.v = v }
