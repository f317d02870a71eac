//go:build !(waitaddr_portable || explore) && (amd64 || arm64 || riscv64)

package waitaddr

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	backend      = "futex"
	crossProcess = true
)

// Operations of futex(2), from sys/futex.h.
const (
	futexWait    = 1
	futexWake    = 2
	futexPrivate = 128
)

// The call goes through libc: the kernel refuses a system call that does not
// come from where libc has it.
//
//go:cgo_import_dynamic libc_futex futex "libc.so"

// The address of the trampoline in futex_openbsd.s.
var futex uintptr

//go:linkname syscall6 syscall.syscall6
func syscall6(fn, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno)

func wait(addr *uint32, expected uint32, d time.Duration, s Scope) error {
	end := after(d)
	for {
		var errno syscall.Errno
		if left := until(end); left == forever {
			_, _, errno = syscall6(futex, uintptr(unsafe.Pointer(addr)), s.op(futexWait), uintptr(expected), 0, 0, 0)
		} else {
			t := unix.NsecToTimespec(int64(max(left, 1)))
			_, _, errno = syscall6(futex, uintptr(unsafe.Pointer(addr)), s.op(futexWait), uintptr(expected),
				uintptr(unsafe.Pointer(&t)), 0, 0)
		}
		switch errno {
		case 0:
			return nil
		case unix.EAGAIN:
			return ErrMismatch
		case unix.ETIMEDOUT, unix.EINTR, unix.ECANCELED: // the last two: a signal
		default:
			return fmt.Errorf("waitaddr: futex wait: %w", errno)
		}
		if until(end) == 0 {
			return ErrTimeout
		}
	}
}

func wake(addr *uint32, n int, s Scope) int {
	woken, _, errno := syscall6(futex, uintptr(unsafe.Pointer(addr)), s.op(futexWake), uintptr(n), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(woken)
}

func (s Scope) op(op uintptr) uintptr {
	if s.private {
		op |= futexPrivate
	}
	return op
}
