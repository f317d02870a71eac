//go:build !(waitaddr_portable || explore)

package waitaddr

import (
	"fmt"
	"math"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	backend      = "futex"
	crossProcess = true
)

// From linux/futex.h. x/sys has the numbers of the calls, not of the operations.
const (
	futexWake       = 1
	futexWaitBitset = 9
	futexPrivate    = 128
	futexAnyBit     = math.MaxUint32

	waitvSize32  = 2
	waitvPrivate = 128
	waitvMax     = 128
)

// A timespec is a time of CLOCK_MONOTONIC as the kernel reads it, on 32-bit
// machines too. The zero value is no time.
type timespec struct{ sec, nsec int64 }

// in returns the time that is d from now. The clock is read after the caller
// measured d, so what passes between the two makes a wait longer, not shorter.
func in(d time.Duration) (timespec, error) {
	if d == forever {
		return timespec{}, nil
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return timespec{}, fmt.Errorf("waitaddr: clock_gettime: %w", err)
	}
	at := now.Nano() + int64(d)
	return timespec{at / 1e9, at % 1e9}, nil
}

// pointer returns what the kernel wants: nil for no time.
func (t *timespec) pointer() unsafe.Pointer {
	if *t == (timespec{}) {
		return nil
	}
	return unsafe.Pointer(t)
}

// wait uses FUTEX_WAIT_BITSET because its timeout is absolute: after a signal
// the same call waits for the rest.
//
// The system call is the kind that tells the scheduler, for it blocks.
func wait(addr *uint32, expected uint32, d time.Duration, s Scope) error {
	at, err := in(d)
	if err != nil {
		return err
	}
	for {
		switch errno := futexWait(addr, s.op(futexWaitBitset), expected, at); errno {
		case 0:
			return nil
		case unix.EINTR:
		case unix.EAGAIN:
			return ErrMismatch
		case unix.ETIMEDOUT:
			return ErrTimeout
		default:
			return fmt.Errorf("waitaddr: futex wait: %w", errno)
		}
	}
}

// wake tells the scheduler too. RawSyscall6 would do for a private word, where
// the kernel only takes a spinlock, and makes a wake that finds nobody cheaper,
// but not one that finds somebody. It would also hold up a stop of the world for
// as long as waking a crowd takes; and a shared word's page may have to come
// from a disk.
//
// The one failure that is left is a word that is not mapped (any more). Nobody
// can be found there.
func wake(addr *uint32, n int, s Scope) int {
	woken, _, errno := syscall.Syscall6(futexNumber(), uintptr(unsafe.Pointer(addr)), s.op(futexWake), uintptr(n), 0, 0, 0)
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

// A waitv is the kernel's struct futex_waitv.
type waitv struct {
	val, uaddr uint64
	flags, _   uint32
}

func waitAny(ws []Word, d time.Duration, s Scope) (int, error) {
	if len(ws) < 1 || len(ws) > waitvMax {
		return -1, fmt.Errorf("waitaddr: futex_waitv: %d words: %w", len(ws), unix.EINVAL)
	}
	at, err := in(d)
	if err != nil {
		return -1, err
	}
	flags := uint32(waitvSize32)
	if s.private {
		flags |= waitvPrivate
	}
	var vs [waitvMax]waitv
	for i, w := range ws {
		vs[i] = waitv{val: uint64(w.Expected), uaddr: uint64(uintptr(unsafe.Pointer(w.Addr))), flags: flags}
	}
	for {
		i, _, errno := syscall.Syscall6(unix.SYS_FUTEX_WAITV, uintptr(unsafe.Pointer(&vs)), uintptr(len(ws)), 0,
			uintptr(at.pointer()), unix.CLOCK_MONOTONIC, 0)
		runtime.KeepAlive(ws) // vs hides the addresses from the garbage collector
		switch errno {
		case 0:
			return int(i), nil
		case unix.EINTR:
		case unix.EAGAIN:
			return mismatch(ws)
		case unix.ETIMEDOUT:
			return -1, ErrTimeout
		default: // ENOSYS is errors.ErrUnsupported
			return -1, fmt.Errorf("waitaddr: futex_waitv: %w", errno)
		}
	}
}

// mismatch finds the word of which the kernel said only that it exists. If it
// has its old value again, the wait is spurious: the caller must look at all
// words, which is right here.
func mismatch(ws []Word) (int, error) {
	for i, w := range ws {
		if differs(w.Addr, w.Expected) {
			return i, ErrMismatch
		}
	}
	return 0, nil
}
