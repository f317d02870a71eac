package doorbell

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
)

// A bell is the descriptor: a counter in the kernel to which a ring adds.
// It is an eventfd, or a pipe, in which each ring is a record of eight bytes that
// an eventfd would count as one.
//
// A number that was closed may be anybody's file a moment later, and eight bytes
// written there are a disaster. So nobody here uses the number but inside a method
// of RawConn, while os.File holds a reference: its Close turns newcomers away, frees
// who sleeps, and closes the number when the last one has left.
//
// RawConn wants functions, and a function literal with variables would be allocated
// at each call. They are made once, and leave their results in fields.
type bell struct {
	r, w *file // the same, if it is an eventfd
	fd   int   // r's
	rc   syscall.RawConn
	wc   syscall.RawConn

	write func(fd uintptr) bool
	fault atom.Pointer[error] // of the first write that failed

	read  func(fd uintptr) bool // false: nothing there
	look  func(fd uintptr)      // read, once
	rung  bool                  // (loop) the result: whether there were rings
	err   error                 // (loop) the result
	count [64]byte              // (loop) larger than a record: a full one says that there is more
}

// record is what a ring writes: an addition of one.
var record = binary.NativeEndian.AppendUint64(nil, 1)

func (b *bell) open() (err error) {
	if b.r, b.w, err = open(); err != nil {
		return err
	}
	b.write, b.read = b.writeTo, b.readFrom
	b.look = func(fd uintptr) { b.read(fd) }
	// These fail if the netpoller does not take the descriptor.
	if err = b.r.SetReadDeadline(time.Time{}); err == nil {
		b.rc, err = b.r.SyscallConn()
	}
	if err == nil {
		b.wc, err = b.w.SyscallConn()
	}
	if err == nil {
		err = b.rc.Control(func(fd uintptr) { b.fd = int(fd) }) // File.Fd would make a pipe blocking
	}
	if err != nil {
		b.close()
		return fmt.Errorf("doorbell: %s: %w", kind, err)
	}
	return nil
}

// ring adds to the counter. It does not block.
func (b *bell) ring() error {
	if err := b.wc.Write(b.write); err != nil {
		return err // closed
	}
	if fault := b.fault.Load(); fault != nil {
		return *fault
	}
	return nil
}

func (b *bell) writeTo(fd uintptr) bool {
	for {
		switch _, err := write(fd, record); {
		case again(err): // Full: it is readable, and that is all a ring wants.
		case interrupted(err):
			continue
		case err != nil:
			fault := fmt.Errorf("doorbell: %s write: %w", kind, err)
			b.fault.CompareAndSwap(nil, &fault)
		}
		return true // Do not wait for room.
	}
}

// take takes the rings that are there. It does not block.
func (b *bell) take() (rung bool, err error) {
	b.rung, b.err = false, nil
	if err := b.rc.Control(b.look); err != nil { // Control minds no interrupt
		return false, err
	}
	return b.rung, b.err
}

// sleep sleeps in the netpoller until there are rings, and takes them. It returns
// os.ErrDeadlineExceeded if it was interrupted.
func (b *bell) sleep() error {
	b.rung, b.err = false, nil
	if err := b.rc.Read(b.read); err != nil {
		return err
	}
	return b.err
}

func (b *bell) readFrom(fd uintptr) bool {
	for {
		n, err := read(fd, b.count[:])
		switch {
		case interrupted(err):
		case again(err):
			return b.rung
		case err != nil:
			b.err = fmt.Errorf("doorbell: %s read: %w", kind, err)
			return true
		case n == 0: // of a pipe whose other end is closed
			b.err = io.EOF
			return true
		default:
			b.rung = true
			if n < len(b.count) {
				return true
			}
		}
	}
}

// interrupt ends a sleep and all later ones, until clearInterrupt.
func (b *bell) interrupt()      { b.r.SetReadDeadline(time.Unix(1, 0)) }
func (b *bell) clearInterrupt() { b.r.SetReadDeadline(time.Time{}) }

// close rings, closes the descriptor, and reports whether it was the first to. The ring is for
// a sleeper in io_uring, which keeps the file open and hears nothing of its close.
func (b *bell) close() (first bool, err error) {
	if b.wc != nil {
		b.wc.Write(b.write)
	}
	err = b.w.Close()
	if errors.Is(err, os.ErrClosed) {
		return false, nil
	}
	if b.r != b.w {
		// The writers have left: none of them meets a pipe that nobody reads.
		if e := b.r.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		err = fmt.Errorf("doorbell: %w", err)
	}
	return true, err
}
