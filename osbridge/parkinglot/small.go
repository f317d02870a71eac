package parkinglot

import "github.com/rouse-go/rouse/internal/atom"

// noCopy is what go vet's copylocks looks for.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// A Uint8 is an atomic uint8, one byte large. The zero value is zero; it must not be
// copied after first use. Its operations are those of [atomic.Uint32], and as strong.
//
// What is beside it in memory may be anything, and is left as it is.
//
// [atomic.Uint32]: https://pkg.go.dev/sync/atomic#Uint32
type Uint8 struct {
	_ noCopy
	v atom.Uint8
}

// Load returns the value.
func (x *Uint8) Load() uint8 { return x.v.Load() }

// Store sets the value.
func (x *Uint8) Store(v uint8) { x.v.Store(v) }

// Swap sets the value and returns what it was.
func (x *Uint8) Swap(v uint8) (old uint8) { return x.v.Swap(v) }

// CompareAndSwap sets the value to new if it is old, and reports whether it was.
func (x *Uint8) CompareAndSwap(old, new uint8) (swapped bool) { return x.v.CompareAndSwap(old, new) }

// Add adds delta, modulo 256, and returns the sum. To subtract c, add ^uint8(c-1).
func (x *Uint8) Add(delta uint8) (new uint8) { return x.v.Add(delta) }

// And clears the bits that are not in mask, and returns what the value was.
func (x *Uint8) And(mask uint8) (old uint8) { return x.v.And(mask) }

// Or sets the bits that are in mask, and returns what the value was.
func (x *Uint8) Or(mask uint8) (old uint8) { return x.v.Or(mask) }

// A Uint16 is an atomic uint16, two bytes large. All that is said of [Uint8] holds.
type Uint16 struct {
	_ noCopy
	v atom.Uint16
}

// Load returns the value.
func (x *Uint16) Load() uint16 { return x.v.Load() }

// Store sets the value.
func (x *Uint16) Store(v uint16) { x.v.Store(v) }

// Swap sets the value and returns what it was.
func (x *Uint16) Swap(v uint16) (old uint16) { return x.v.Swap(v) }

// CompareAndSwap sets the value to new if it is old, and reports whether it was.
func (x *Uint16) CompareAndSwap(old, new uint16) (swapped bool) { return x.v.CompareAndSwap(old, new) }

// Add adds delta, modulo 65536, and returns the sum. To subtract c, add ^uint16(c-1).
func (x *Uint16) Add(delta uint16) (new uint16) { return x.v.Add(delta) }

// And clears the bits that are not in mask, and returns what the value was.
func (x *Uint16) And(mask uint16) (old uint16) { return x.v.And(mask) }

// Or sets the bits that are in mask, and returns what the value was.
func (x *Uint16) Or(mask uint16) (old uint16) { return x.v.Or(mask) }
