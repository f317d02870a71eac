//go:build explore

package atom

import (
	"sync/atomic"
	"unsafe"
)

// LoadUint32 reads a word that others share with us by its address: the caller, the kernel,
// another process. To the scheduler it is the Uint32 that may stand there.
func LoadUint32(addr *uint32) uint32 {
	Step(Load, &(*Uint32)(unsafe.Pointer(addr)).Value, nil)
	return atomic.LoadUint32(addr)
}
