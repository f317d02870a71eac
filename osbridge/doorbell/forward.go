package doorbell

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rouse-go/rouse/internal/park"
)

// A Waker can be woken: a *waitcell.Cell or a *waitqueue.Queue, for example.
// Wake reports whether it woke somebody; if not, it keeps the wake for the next to
// wait, and further ones add nothing.
type Waker interface{ Wake() bool }

// Forward turns the counts of fd into wakes of w, until ctx is done or fd fails. It
// runs on the caller's goroutine, which sleeps in the netpoller and occupies
// no thread meanwhile. A count of n calls Wake n times, but not again after one that
// returned false: then nobody waits, and the rest would meet the stored wake. So
// each count wakes one waiter as long as there are waiters.
//
// fd gives its counts as eventfd and timerfd do, in records of eight bytes, native byte
// order. A pipe into which such records are written serves too. fd stays the
// caller's, who may close it at any time; Forward reads a duplicate, and so ends by ctx
// only. It must be the only reader. A blocking fd is made non-blocking, and stays so,
// for everybody who shares the open file: writers of an eventfd notice only when its
// counter is full.
//
//   - the context's error: ctx was done. If its cause is another error than
//     ctx.Err(), errors.Is holds for both. Counts that were not read stay in fd.
//   - io.EOF: fd is a pipe that nobody writes to any more.
//   - errors.ErrUnsupported: not on this system.
//   - another error names the call that failed. A descriptor that the netpoller does not
//     take, such as a plain file's, and a read that is no record are among them.
//
// It never returns nil. Whoever waits for w hears of the end if the caller passes it on:
//
//	go func() { cell.CloseWith(doorbell.Forward(ctx, fd, cell)) }()
//
// What came before the write to fd is seen after the wait if the writer is in this
// process and ordered it by an atomic of its own: a descriptor orders nothing in the Go
// memory model.
func Forward(ctx context.Context, fd int, w Waker) error {
	if ctx == nil {
		panic("doorbell: nil context")
	}
	if w == nil {
		panic("doorbell: nil waker")
	}
	if ctx.Err() != nil {
		return park.ContextError(ctx)
	}
	f, err := duplicate(fd)
	if err != nil {
		return fmt.Errorf("doorbell: forward: %w", err)
	}
	defer f.Close()
	if err := f.SetReadDeadline(time.Time{}); err != nil { // not for the netpoller
		return fmt.Errorf("doorbell: forward: %w", err)
	}
	defer context.AfterFunc(ctx, func() { f.SetReadDeadline(time.Unix(1, 0)) })()

	buf := make([]byte, len(record))
	for {
		n, err := f.Read(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return park.ContextError(ctx)
		case err == io.EOF:
			return err
		case err != nil:
			return fmt.Errorf("doorbell: forward: %w", err)
		case n != len(record):
			return fmt.Errorf("doorbell: forward: read %s: %d bytes are not a count", f.Name(), n)
		}
		for count := binary.NativeEndian.Uint64(buf); count > 0 && w.Wake(); count-- {
		}
	}
}
