// Package softfutex is the Linux futex interface inside of a Go process: wait, wake, requeue,
// wake-op and priority-inheritance locks on words of somebody else's memory, with every wait
// turned into a receive from a channel. It is for kernels, sandboxes and emulators written in
// Go that serve the futex(2) of their guests.
//
// A [Manager] holds the futexes of one address space. It reads and changes the words through
// a [Target], and knows nothing else of the memory. A wait is made of three parts, so that
// the caller may sleep in its own way:
//
//	if err := m.WaitPrepare(w, t, addr, private, val, mask); err != nil {
//		return err // EAGAIN: the word was another value
//	}
//	select {
//	case <-w.C:
//	case <-interrupted:
//	}
//	if !m.WaitComplete(w, t) {
//		return syscall.EINTR // nobody had woken it, and now nobody will
//	}
//
// What WaitComplete answers is decided once, under a lock: a waiter that a Wake counted was
// woken, whatever else happened to it at the same time. [Manager.Wait] is the three in one, with a context.
//
// # As in the kernel
//
// Counts, errors and order are those of Linux, and the tests run the same programs on both:
//   - Waiters are woken, moved and given locks in the order in which they came. Who is moved comes
//     last in the new line.
//   - A count to wake that is not positive wakes one. A count of a requeue that is negative is EINVAL.
//   - Requeue and RequeueCmp return how many were woken and moved together.
//   - A bitmask of zero, and an address that is no multiple of 4, is EINVAL.
//   - The operands of WakeOp are 12 bits with a sign, and it compares with a sign.
//   - A Wake, WakeOp or Requeue that meets a waiter for a priority-inheritance lock leaves it
//     alone, stops there and returns EINVAL, with the number of those woken before.
//
// Where the kernel leaves the order to chance (moved waiters, if the hashes of both addresses
// collide), here they come last all the same. There are no priorities: a lock goes to who came first.
// A lock's word gets the bit Waiters when it is handed over only if somebody else waits still; the kernel
// always sets it. The kernel refuses to lock a word that somebody waits on by a plain wait; here they
// do not see each other.
//
// # Errors
//
// The errors of futex(2) are returned as [syscall.Errno], which is what golang.org/x/sys/unix
// has under the same names: EAGAIN, EDEADLK, EINVAL, ENOSYS, EPERM. Compare by name: the numbers are
// those of the system this runs on. Errors of the Target are passed on as they are.
//
// # Memory ordering
//
// Who is woken sees what came before the Wake. A word must be changed by an atomic
// operation, or at least with a memory barrier between the change and the Wake, and changed before
// it: a Wake that finds nobody registered looks once, and takes no lock.
package softfutex
