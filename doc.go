// Package rouse is wait and notify for Go: a goroutine, or a goroutine locked
// to an OS thread, waits for an event, and something else wakes it. Nothing is
// lost, nothing is allocated on the way, and every wait can be cancelled.
//
// This package has what the others share: [ErrClosed] and [ClosedError]. The
// primitives are in
//
//   - waitcell: Cell, one waiter and one word of state;
//   - waitqueue: Queue, many waiters in order; Cond, a sync.Cond with contexts, select
//     and close; Map, one waiter a key, to whom a value is delivered;
//   - subscribe: register before you act, wait for a condition, wait for the first of
//     several or for all;
//   - osbridge: waits of goroutines that are locked to their OS threads, on the same Cells;
//     Thread, a goroutine on a thread of its own that runs what others hand it; Main, the same
//     for the main thread; Shared, a cell in memory that processes share;
//   - osbridge/doorbell: an eventfd that is rung only when the loop behind it sleeps, and
//     Forward, which turns interrupts into wakes;
//   - osbridge/waitaddr: the kernel's wait-on-address, on every OS;
//   - osbridge/parkinglot: wait on an integer of 1 to 8 bytes, and queues for locks of your own;
//   - osbridge/softfutex: the Linux futex interface inside of the process;
//   - rapidtests/explore: every interleaving of a structure of your own.
//
// Those that can be closed are closed for good, with a cause or without, and each says at every
// operation who may call it at once, whether it blocks, and what it guarantees.
// docs/choosing.md in the repository says which one to use, and when a channel is better.
package rouse
