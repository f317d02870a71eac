//go:build !explore && (waitaddr_portable || !(linux || windows || darwin || freebsd || (openbsd && (amd64 || arm64 || riscv64))))

package waitaddr

import "hash/maphash"

// table is large enough that unrelated words rarely meet.
var (
	table [64]bucket
	seed  = maphash.MakeSeed()
)

func bucketOf(addr *uint32) *bucket {
	return &table[maphash.Comparable(seed, addr)%uint64(len(table))]
}
