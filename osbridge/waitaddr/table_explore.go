//go:build explore

package waitaddr

import "sync"

// For the explorer every word has a bucket of its own: which words share one would be chance.
var table sync.Map // of *uint32 to *bucket

func bucketOf(addr *uint32) *bucket {
	b, _ := table.LoadOrStore(addr, new(bucket))
	return b.(*bucket)
}

// Reset forgets all waiters, of whom an execution that was left in the middle may have left
// some. It exists for the explorer only; a scenario calls it before it begins.
func Reset() { table.Clear() }
