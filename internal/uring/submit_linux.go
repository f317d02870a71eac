package uring

import (
	"math"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

var _ Poller = (*Ring)(nil)

// Nop queues a request that does nothing but complete.
func (r *Ring) Nop(userData uint64) error {
	return r.queue(sqe{opcode: opNop, userData: userData})
}

// Read queues a read of fd at off into buf. From Submit until the completion
// was taken the kernel may write to buf at any time, so until then buf must be
// pinned (runtime.Pinner) or be no Go memory at all, and nobody may touch it.
// The completion may be short, as pread's.
func (r *Ring) Read(fd int, buf []byte, off int64, userData uint64) error {
	return r.queue(sqe{
		opcode:   opRead,
		fd:       int32(fd),
		off:      uint64(off),
		addr:     uint64(uintptr(unsafe.Pointer(unsafe.SliceData(buf)))),
		len:      uint32(min(len(buf), math.MaxInt32)),
		userData: userData,
	})
}

// AddPollMultishot queues a poll that completes each time fd becomes readable,
// and at once if it is. It goes on until a completion comes without More: a
// full completion queue and the end of the submitting thread end it too.
func (r *Ring) AddPollMultishot(fd int, userData uint64) error {
	return r.queue(sqe{opcode: opPollAdd, fd: int32(fd), len: pollAddMulti, pollEvents: unix.POLLIN, userData: userData})
}

// queue writes e where the kernel does not look yet: beyond tail.
func (r *Ring) queue(e sqe) error {
	n := uint32(len(r.sqes))
	if r.queued-r.sqHead.Load() == n {
		return ErrFull
	}
	r.sqes[r.queued&(n-1)] = e
	r.queued++
	return nil
}

// Submit hands what is queued to the kernel. It returns how many requests the
// kernel took, oldest first; with an error, the rest stay queued. EBUSY comes
// from kernels before 5.19 while completions are kept back (see Overflowed).
func (r *Ring) Submit() (int, error) { return r.SubmitAndWait(0) }

// SubmitAndWait is Submit, and then blocks the thread until n completions, or
// as many as the queue holds, are there to take. It suits a loop that owns
// both halves: completions that another goroutine takes meanwhile do not count.
func (r *Ring) SubmitAndWait(n int) (submitted int, err error) {
	n = min(n, len(r.cqes))
	r.sqTail.Store(r.queued) // publishes the entries before it
	for {
		pending := int(r.queued - r.sqHead.Load())
		ready := int(r.cqTail.Load() - r.cqHead.Load())
		if pending == 0 && ready >= n {
			return submitted, nil
		}
		// The kernel may take a part and return, or be interrupted: go round.
		took, err := r.enter(pending, n)
		submitted += took
		if err != nil {
			return submitted, err
		}
	}
}

// enter submits up to submit requests, then waits for complete completions;
// an interruption is no error. Asking for events, even for none, also makes
// the kernel post what it kept back while the completion queue was full.
func (r *Ring) enter(submit, complete int) (int, error) {
	took, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER,
		uintptr(r.fd), uintptr(submit), uintptr(complete), enterGetEvents, 0, 0)
	switch errno {
	case 0:
		return int(took), nil
	case syscall.EINTR:
		return 0, nil
	}
	return 0, os.NewSyscallError("io_uring_enter", errno)
}
