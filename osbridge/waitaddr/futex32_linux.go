//go:build !(waitaddr_portable || explore) && (386 || arm || mips || mipsle)

package waitaddr

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// futexNumber chooses between the two futex calls of 32-bit machines: the one
// with 64-bit times came with Linux 5.1, and the old one can be left out of a
// kernel since. The kernel's version decides, not a trial, because there are
// filters that kill a process for an unknown call, and vendors' kernels where
// the number is another call.
var futexNumber = sync.OnceValue(func() uintptr {
	var u unix.Utsname
	if err := unix.Uname(&u); err == nil && hasTime64(unix.ByteSliceToString(u.Release[:])) {
		return unix.SYS_FUTEX_TIME64
	}
	return unix.SYS_FUTEX
})

// hasTime64 reports whether a kernel of this release ("6.1.0-18-686") has the
// calls with 64-bit times. A release that cannot be read counts as old.
func hasTime64(release string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(release, "%d.%d", &major, &minor); err != nil {
		return false
	}
	return major > 5 || major == 5 && minor >= 1
}

func futexWait(addr *uint32, op uintptr, expected uint32, at timespec) syscall.Errno {
	number, time := futexNumber(), at.pointer()
	narrow := struct{ sec, nsec int32 }{int32(at.sec), int32(at.nsec)} // fits: see decades
	if time != nil && number == unix.SYS_FUTEX {
		time = unsafe.Pointer(&narrow)
	}
	_, _, errno := syscall.Syscall6(number, uintptr(unsafe.Pointer(addr)), op, uintptr(expected),
		uintptr(time), 0, futexAnyBit)
	runtime.KeepAlive(&narrow)
	return errno
}
