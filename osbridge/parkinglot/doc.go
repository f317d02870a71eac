// Package parkinglot parks goroutines on addresses, in user space: what futex, WaitOnAddress
// and C++'s atomic wait are for threads, for integers of 1, 2, 4 and 8 bytes.
//
// A wait says which value it expects. If the integer has another value by then, the wait
// returns at once; the comparison and the falling asleep are one step, seen from a notify. So
// a notifier first changes the value, then notifies, and nothing is lost:
//
//	for ready.Load() == 0 { // the waiter; var ready parkinglot.Uint8
//		parkinglot.Wait(ready.Addr(), 0)
//	}
//
//	ready.Store(1) // the notifier
//	parkinglot.NotifyAll(ready.Addr())
//
// The loop is not optional: a notify may be meant for whoever used the same memory before.
//
// A notify with nobody waiting is two loads, no lock and no system call. A wait makes one
// small object, its channel, on the heap. There is one for each wait because a channel is never
// kept in anything global here: it would bring [testing/synctest] bubbles together that must
// not meet. A [Lot] of one's own keeps its channels, and then waits make nothing.
//
// Goroutines park as goroutines; a goroutine that is locked to its thread may wait on the same
// address. Memory shared with other processes or with the kernel is for package waitaddr.
//
// # What can be waited on
//
// Any integer that is aligned to its size; others panic, as nil does. An int64 in a
// struct is not aligned on 32-bit systems unless it comes first in what was allocated. All access to
// the value is to be atomic. Where sync/atomic lacks the size, there are [Uint8] and [Uint16].
//
// # Memory ordering
//
// A notify synchronizes before the return of the waits that it wakes. A wait that returned for a
// value that had changed, or a notify that found nobody, orders what the atomic access to the
// value orders.
//
// # Locks of one byte
//
// [Lot] is the layer below, for those who build a lock, a condition variable or the like in a
// few bits of a word, and leave the queue of waiters to the lot. The examples build three.
package parkinglot
