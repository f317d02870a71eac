// Package waitaddr blocks an OS thread until a 32-bit word in memory is
// signalled: the kernel's wait-on-address (futex, WaitOnAddress, ulock, umtx)
// with one contract on every system, without cgo.
//
// A wait says which value it expects. If the word has another value by then,
// the wait does not sleep; the comparison and the falling asleep are one step,
// seen from a wake. So a waker first changes the word, then wakes, and nothing
// is lost:
//
//	for atomic.LoadUint32(&w) == 0 { // the waiter
//		waitaddr.Wait(&w, 0)
//	}
//
//	atomic.StoreUint32(&w, 1) // the waker
//	waitaddr.WakeAll(&w)
//
// The loop is not optional. Waits return spuriously, and a wake may be meant
// for whoever used the same memory before.
//
// # What a wait costs
//
// The whole thread sleeps, not just the goroutine: every waiter is a thread,
// and keeps its P as well until the scheduler's monitor takes it away (after 20
// microseconds to 10 milliseconds). Use a channel, or this module's waitcell,
// unless the goroutine is locked to its thread or the other side is not Go. A
// wake is a system call, also when nobody sleeps.
//
// # What the word may be
//
// A word on the heap, in a global variable or in mapped memory, aligned to 4
// bytes. Not a word on a goroutine's stack, for stacks move. Nil and misaligned
// addresses panic. Memory that is not mapped is an error of the wait, or a fault
// as any other read of it.
//
// Any number of goroutines may call anything here at any time, also on the same
// word.
//
// # Memory ordering
//
// Neither a wait nor a wake orders anything: a wait that returned nil says
// nothing about the word's value nor about other memory. The order comes from
// the atomic operations on the word, in the waiter's loop and before the wake.
// The race detector does not see the comparison inside the wait, and needs
// those atomic operations as much as the reader does.
package waitaddr

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
)

var (
	// ErrMismatch means that the word did not have the expected value, so
	// there was no reason to sleep (any longer).
	ErrMismatch = errors.New("waitaddr: value mismatch")

	// ErrTimeout means that the time is over. It is never returned early.
	ErrTimeout = errors.New("waitaddr: timeout")
)

// Wait blocks the calling thread while nobody wakes it, provided that *addr is
// expected.
//   - nil: woken, or for no reason. Look at the word again.
//   - ErrMismatch: *addr was another value.
//   - any other error: the system refuses to wait on this memory. It names the
//     call, and errors.Is finds the errno.
//
// Signals do not end a wait. Waiters may wake in any order.
func Wait(addr *uint32, expected uint32) error { return process.Wait(addr, expected) }

// WaitTimeout is [Wait] for at most d, and returns ErrTimeout, never early,
// when d is over. With d <= 0 it does not block: ErrMismatch or ErrTimeout. A d
// of decades counts as no limit.
func WaitTimeout(addr *uint32, expected uint32, d time.Duration) error {
	return process.WaitTimeout(addr, expected, d)
}

// WaitUntil is [WaitTimeout] with a point in time. The zero Time is no deadline
// at all, as in package net. A deadline without a monotonic clock reading is
// compared with the wall clock once, when the wait begins: setting the clock
// afterwards moves nothing.
func WaitUntil(addr *uint32, expected uint32, deadline time.Time) error {
	return process.WaitUntil(addr, expected, deadline)
}

// WakeOne is [Wake] with n = 1.
func WakeOne(addr *uint32) int { return process.WakeOne(addr) }

// WakeAll wakes every thread that waits on addr, and returns what [Wake] does.
func WakeAll(addr *uint32) int { return process.WakeAll(addr) }

// Wake wakes up to n of the threads that wait on addr, and returns how many it
// woke, or -1 where the system does not tell. n <= 0 wakes none and returns 0.
// Nothing is kept for threads that wait later. Change the word first.
//
// It does not block. It does not read the word.
func Wake(addr *uint32, n int) int { return process.Wake(addr, n) }

// A Word is one of the words that [WaitAny] waits on.
type Word struct {
	Addr     *uint32
	Expected uint32
}

// WaitAny is [WaitUntil] on 1 to 128 words at once.
//   - nil: the word with that index was woken, or none was. Look at all words.
//   - ErrMismatch: the word with that index had another value.
//   - ErrTimeout and every other error: the index is -1.
//   - an error that is errors.ErrUnsupported: this system has no such call.
//     Only Linux since 5.16 has it.
//
// A number of words outside the limits is an error (EINVAL).
func WaitAny(ws []Word, deadline time.Time) (int, error) { return process.WaitAny(ws, deadline) }

// A Scope is the set of threads that meet at a word. The zero value is
// [Shared]; the functions of this package use the narrower and cheaper scope of
// the threads of this process.
type Scope struct{ private bool }

// Shared has the calls of this package for words in memory that several
// processes map, each where it likes. All sides must use Shared: a private wake
// does not reach a shared wait. Where the system cannot do this (Windows, and
// the portable backend) waits return an error that is errors.ErrUnsupported,
// and wakes, having nobody to wake, return 0.
var Shared Scope

var process = Scope{private: true}

// Wait is [Wait] in this scope.
func (s Scope) Wait(addr *uint32, expected uint32) error {
	return s.wait(addr, expected, forever)
}

// WaitTimeout is [WaitTimeout] in this scope.
func (s Scope) WaitTimeout(addr *uint32, expected uint32, d time.Duration) error {
	return s.wait(addr, expected, clamp(d))
}

// WaitUntil is [WaitUntil] in this scope.
func (s Scope) WaitUntil(addr *uint32, expected uint32, deadline time.Time) error {
	return s.wait(addr, expected, until(deadline))
}

func (s Scope) wait(addr *uint32, expected uint32, d time.Duration) error {
	check(addr)
	if !s.available() {
		return fmt.Errorf("waitaddr: wait across processes: %w", errors.ErrUnsupported)
	}
	return wait(addr, expected, d, s)
}

// WakeOne is [WakeOne] in this scope.
func (s Scope) WakeOne(addr *uint32) int { return s.Wake(addr, 1) }

// WakeAll is [WakeAll] in this scope.
func (s Scope) WakeAll(addr *uint32) int { return s.Wake(addr, everyone) }

// Wake is [Wake] in this scope.
func (s Scope) Wake(addr *uint32, n int) int {
	check(addr)
	// The kernels take n as an int32, and Linux wakes one thread for 0 and for
	// negative numbers.
	if n <= 0 || !s.available() {
		return 0
	}
	return wake(addr, min(n, everyone), s)
}

// WaitAny is [WaitAny] in this scope.
func (s Scope) WaitAny(ws []Word, deadline time.Time) (int, error) {
	for _, w := range ws {
		check(w.Addr)
	}
	return waitAny(ws, until(deadline), s)
}

// Backend names what stands behind this package here: "futex" (Linux, OpenBSD),
// "WaitOnAddress" (Windows), "ulock" (macOS), "umtx" (FreeBSD), or "portable",
// where goroutines wait on channels. The build tag waitaddr_portable selects
// the last one everywhere.
func Backend() string { return backend }

// A backend is one file that declares
//
//	backend        its name
//	crossProcess   whether it can do Shared
//	wait           with a d of 0 and more, or forever
//	wake           with an n of 1 to everyone
//	waitAny        as wait
//
// and need not check arguments.

// everyone is the largest n that the kernels take.
const everyone = math.MaxInt32

func (s Scope) available() bool { return s.private || crossProcess }

// differs reports whether a wait would be pointless. Backends whose system
// answers a mismatch like a wake ask here first, so that a mismatch which was
// there before the call is always told.
func differs(addr *uint32, expected uint32) bool { return atom.LoadUint32(addr) != expected }
