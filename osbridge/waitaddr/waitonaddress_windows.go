//go:build !(waitaddr_portable || explore)

package waitaddr

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

const (
	backend      = "WaitOnAddress"
	crossProcess = false
)

var (
	synch               = windows.NewLazySystemDLL("api-ms-win-core-synch-l1-2-0.dll")
	waitOnAddress       = synch.NewProc("WaitOnAddress")
	wakeByAddressSingle = synch.NewProc("WakeByAddressSingle")
	wakeByAddressAll    = synch.NewProc("WakeByAddressAll")
)

// wait does not use LazyProc.Call, which would move expected to the heap.
func wait(addr *uint32, expected uint32, d time.Duration, _ Scope) error {
	end := after(d)
	for {
		if differs(addr, expected) {
			return ErrMismatch
		}
		woken, _, errno := syscall.SyscallN(waitOnAddress.Addr(), uintptr(unsafe.Pointer(addr)),
			uintptr(unsafe.Pointer(&expected)), unsafe.Sizeof(expected), milliseconds(until(end)))
		if woken != 0 {
			return nil
		}
		if errno != windows.ERROR_TIMEOUT {
			return fmt.Errorf("waitaddr: WaitOnAddress: %w", errno)
		}
		// Up to half a millisecond and more may be left, or what did not fit.
		if until(end) == 0 {
			return ErrTimeout
		}
	}
}

// milliseconds rounds d up, and down to the longest wait that is not endless.
func milliseconds(d time.Duration) uintptr {
	if d == forever {
		return windows.INFINITE
	}
	return uintptr(min((d+time.Millisecond-1)/time.Millisecond, windows.INFINITE-1))
}

// crowd is more threads than can wait: a Go process dies of the ten thousandth
// (debug.SetMaxThreads). Whoever raised that limit gets spurious wakes.
const crowd = 10_000

func wake(addr *uint32, n int, _ Scope) int {
	if n >= crowd {
		syscall.SyscallN(wakeByAddressAll.Addr(), uintptr(unsafe.Pointer(addr)))
		return -1
	}
	for range n {
		syscall.SyscallN(wakeByAddressSingle.Addr(), uintptr(unsafe.Pointer(addr)))
	}
	return -1
}
