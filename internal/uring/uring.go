// Package uring is just enough io_uring for a doorbell and for `rouse dma`: it
// queues reads, polls and no-ops, submits them, and takes their completions.
//
// A [Ring] has two halves. The submission half (Nop, Read, AddPollMultishot,
// Submit, SubmitAndWait) belongs to one goroutine at a time, the completion
// half (Next, Completions, Overflowed, Flush) to one goroutine at a time; the
// two may differ and run at once. Close comes after both.
//
// The submission half wants a goroutine that is locked to a thread which
// outlives its requests (runtime.LockOSThread). The kernel ties a request to
// the thread that submitted it: when that thread exits, its polls end, and so
// do the reads that the kernel had handed to its worker threads.
//
// New works on Linux 5.6 or later, multishot polls on 5.13 or later.
// Elsewhere, New fails with [errors.ErrUnsupported].
package uring

import (
	"errors"
	"syscall"
)

// ErrFull says that the submission queue has no free entry: Submit, then try
// again.
var ErrFull = errors.New("uring: submission queue full")

// Options are what a ring may be asked for beyond its size.
type Options struct {
	// CQEntries is the least size of the completion queue. Zero leaves it to
	// the kernel, which takes twice the size of the submission queue.
	CQEntries int
}

// Poller is the part of a ring that a doorbell needs. Any io_uring binding can
// provide it.
type Poller interface {
	// AddPollMultishot queues a poll that completes each time fd becomes
	// readable. A completion without More has ended it: add it again.
	AddPollMultishot(fd int, userData uint64) error
}

// Completion is the kernel's answer to one request.
type Completion struct {
	UserData uint64 // what the request was queued with
	Res      int32  // as a system call's result: a count, or minus an errno
	Flags    uint32
}

const flagMore = 1 << 1 // IORING_CQE_F_MORE

// More reports whether the same request will complete again.
func (c Completion) More() bool { return c.Flags&flagMore != 0 }

// Err is the request's error, a [syscall.Errno], or nil.
func (c Completion) Err() error {
	if c.Res >= 0 {
		return nil
	}
	return syscall.Errno(-c.Res)
}
