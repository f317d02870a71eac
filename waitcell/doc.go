// Package waitcell has [Cell]: one waiter, one word of state, one channel.
//
// A goroutine waits for an event, and whatever brings the event about calls Wake:
// another goroutine, a completion loop, a signal handler's goroutine. A cell is
// to a channel of capacity one what a good lock is to a channel used as one: it
// does less, so it does it faster, and it can do what the channel cannot. It
// can be closed while others send; a second wake costs one atomic
// instruction; a wait can be prepared before the act that leads to the wake.
//
// For more than one waiter use package waitqueue.
//
// # Subscribe before act
//
// Where wakes are not stored, this loses one if the device answers between the two lines:
//
//	device.Start()
//	wait()
//
// A Cell stores it. Still, register first, and the order is plain to see, the wait has its
// place before the device has begun, and it can stand in a select:
//
//	sub := cell.Subscribe()
//	defer sub.Cancel()
//	device.Start()
//	err := sub.Wait(ctx)
//
// A wake that was stored before is delivered to the subscription at once. If it may be an
// old one that means nothing now, take it first with Poll, or wait for a condition.
//
// # Waiting for a condition
//
// A wake says that something happened, not what. Wait for the condition itself:
//
//	err := cell.WaitFor(ctx, func() bool { return ring.Len() > 0 })
//
// # Algorithm
//
// The five bits and their names come from the WaitCell of maitake-sync (Eliza
// Weisman), which took them from tokio's AtomicWaker. The machine is another one: the waiter
// is claimed by one compare-and-swap on a word that carries a registration number,
// so that no waker ever waits for another, and a wake that a waiter was given
// but gave up goes back into the word. docs/proofs/cell.md has the argument.
package waitcell
