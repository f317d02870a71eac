//go:build !(waitaddr_portable || explore) && !(386 || arm || mips || mipsle)

package waitaddr

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func futexNumber() uintptr { return unix.SYS_FUTEX }

func futexWait(addr *uint32, op uintptr, expected uint32, at timespec) syscall.Errno {
	_, _, errno := syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(addr)), op, uintptr(expected),
		uintptr(at.pointer()), 0, futexAnyBit)
	return errno
}
