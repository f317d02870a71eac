//go:build !(waitaddr_portable || explore)

package waitaddr

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	backend      = "umtx"
	crossProcess = true
)

// Operations of _umtx_op, from sys/umtx.h.
const (
	umtxWake            = 3
	umtxWaitUint        = 11
	umtxWaitUintPrivate = 15
	umtxWakePrivate     = 16
)

// A umtxTime is the kernel's struct _umtx_time: here a relative time, counted
// by the clock with that number.
type umtxTime struct {
	timeout      unix.Timespec
	flags, clock uint32
}

func wait(addr *uint32, expected uint32, d time.Duration, s Scope) error {
	op := uintptr(umtxWaitUint)
	if s.private {
		op = umtxWaitUintPrivate
	}
	end := after(d)
	for {
		if differs(addr, expected) {
			return ErrMismatch
		}
		var errno syscall.Errno
		if left := until(end); left == forever {
			_, _, errno = syscall.Syscall6(unix.SYS__UMTX_OP, uintptr(unsafe.Pointer(addr)), op, uintptr(expected), 0, 0, 0)
		} else {
			t := umtxTime{timeout: unix.NsecToTimespec(int64(left)), clock: unix.CLOCK_MONOTONIC}
			_, _, errno = syscall.Syscall6(unix.SYS__UMTX_OP, uintptr(unsafe.Pointer(addr)), op, uintptr(expected),
				unsafe.Sizeof(t), uintptr(unsafe.Pointer(&t)), 0)
		}
		switch errno {
		case 0:
			return nil
		case unix.ETIMEDOUT, unix.EINTR:
		default:
			return fmt.Errorf("waitaddr: _umtx_op wait: %w", errno)
		}
		if until(end) == 0 {
			return ErrTimeout
		}
	}
}

func wake(addr *uint32, n int, s Scope) int {
	op := uintptr(umtxWake)
	if s.private {
		op = umtxWakePrivate
	}
	syscall.Syscall6(unix.SYS__UMTX_OP, uintptr(unsafe.Pointer(addr)), op, uintptr(n), 0, 0, 0)
	return -1
}
