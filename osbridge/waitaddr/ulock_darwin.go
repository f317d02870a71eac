//go:build !(waitaddr_portable || explore)

package waitaddr

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

const (
	backend      = "ulock"
	crossProcess = true
)

// From xnu's bsd/sys/ulock.h.
const (
	compareAndWait       = 1
	compareAndWaitShared = 3
	wakeAll              = 0x100
	noErrno              = 0x01000000 // answer -errno
)

// The calls are in libSystem but in no header. C++ and Rust programs have
// relied on them for years, and the public os_sync_wait_on_address would keep a
// program from starting on a macOS older than 14.4.
//
//go:cgo_import_dynamic libc_ulock_wait2 __ulock_wait2 "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_ulock_wake __ulock_wake "/usr/lib/libSystem.B.dylib"

// The addresses of the trampolines in ulock_darwin.s.
var ulockWait2, ulockWake uintptr

//go:linkname syscall6 syscall.syscall6
func syscall6(fn, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno)

func wait(addr *uint32, expected uint32, d time.Duration, s Scope) error {
	end := after(d)
	for {
		if differs(addr, expected) {
			return ErrMismatch
		}
		r, _, _ := syscall6(ulockWait2, s.op()|noErrno, uintptr(unsafe.Pointer(addr)), uintptr(expected),
			nanoseconds(until(end)), 0, 0)
		if int32(r) >= 0 {
			return nil
		}
		switch errno := syscall.Errno(-int32(r)); errno {
		case syscall.ETIMEDOUT, syscall.EINTR:
		case syscall.EFAULT, syscall.ENOMEM:
			// They pass: the page was out, and differs brings it back in.
		default:
			return fmt.Errorf("waitaddr: ulock_wait2: %w", errno)
		}
		if until(end) == 0 {
			return ErrTimeout
		}
	}
}

// nanoseconds returns the timeout for d. To ulock 0 is for ever.
func nanoseconds(d time.Duration) uintptr {
	if d == forever {
		return 0
	}
	return uintptr(max(d, 1))
}

// wake wakes one by one, since ulock has no other way of waking n: this is also
// how the count is known. Waking all leaves no count.
func wake(addr *uint32, n int, s Scope) int {
	if n == everyone {
		if !ulock(addr, s.op()|wakeAll) {
			return 0
		}
		return -1
	}
	woken := 0
	for woken < n && ulock(addr, s.op()) {
		woken++
	}
	return woken
}

// ulock reports whether anybody was there to wake.
func ulock(addr *uint32, op uintptr) bool {
	r, _, _ := syscall6(ulockWake, op|noErrno, uintptr(unsafe.Pointer(addr)), 0, 0, 0, 0)
	return int32(r) >= 0
}

func (s Scope) op() uintptr {
	if s.private {
		return compareAndWait
	}
	return compareAndWaitShared
}
