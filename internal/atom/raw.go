//go:build !explore

package atom

import "sync/atomic"

// LoadUint32 reads a word that others share with us by its address: the caller, the kernel,
// another process.
func LoadUint32(addr *uint32) uint32 { return atomic.LoadUint32(addr) }
