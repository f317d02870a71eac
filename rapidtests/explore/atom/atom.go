// Package atom is the door by which rapidtests/explore sees a structure's atomics and locks.
//
// In an ordinary build its types are aliases: atom.Uint32 is sync/atomic's Uint32 and
// atom.Mutex is [sync.Mutex]. They cost nothing, and mix with all other code. With the build tag
// `explore` they are types of their own, with the same methods, that ask a scheduler before
// each step. Import it where you would import sync and sync/atomic; a structure that
// does so can be run under every interleaving:
//
//	type Queue struct {
//		mu    atom.Mutex
//		items []int // mu is held
//		...
//	}
package atom

import (
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

// The types of sync/atomic, and [sync.Mutex].
type (
	Bool           = atom.Bool
	Int32          = atom.Int32
	Int64          = atom.Int64
	Uint32         = atom.Uint32
	Uint64         = atom.Uint64
	Uintptr        = atom.Uintptr
	Pointer[T any] = atom.Pointer[T]
	Mutex          = atom.Mutex
)

// Guarded is a plain field that a lock or a bit protects, with the methods Get and Set. In an
// ordinary build it costs what a field costs. Under `explore` each access is a step, and two
// that nothing orders, one of them a Set, are reported as a data race. A field that is not
// Guarded is not looked at.
type Guarded[T any] = atom.Guarded[T]

// Yield lets others run: [runtime.Gosched]. Call it in each round of a loop that spins, or
// under `explore` the loop has no end.
func Yield() { park.Yield() }
