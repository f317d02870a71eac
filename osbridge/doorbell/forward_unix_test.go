//go:build unix

package doorbell_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
	"golang.org/x/sys/unix"
)

// A tally is a Waker that counts, and reports the number when it is enough.
type tally struct {
	n, enough int
	done      chan int
}

func (w *tally) Wake() bool {
	if w.n++; w.n == w.enough {
		w.done <- w.n
	}
	return true
}

func newTally(enough int) *tally { return &tally{enough: enough, done: make(chan int, 1)} }

// forward starts Forward and returns what ends it and hands out its result.
func forward(t *testing.T, fd int, w doorbell.Waker) (stop func() error) {
	ctx, cancel := context.WithCancel(patient(t))
	end := make(chan error, 1)
	go func() { end <- doorbell.Forward(ctx, fd, w) }()
	return func() error {
		cancel()
		return <-end
	}
}

// pipe returns a pipe as eventfds are where there are none: counts are written to w.
func pipe(t *testing.T) (r int, w *os.File) {
	var p [2]int
	must(t, unix.Pipe(p[:]))
	t.Cleanup(func() { unix.Close(p[0]) })
	return p[0], os.NewFile(uintptr(p[1]), "pipe")
}

func count(n uint64) []byte { return binary.NativeEndian.AppendUint64(nil, n) }

func TestForwardWakesACell(t *testing.T) {
	r, w := pipe(t)
	defer w.Close()
	var cell waitcell.Cell
	stop := forward(t, r, &cell)
	for range 100 {
		w.Write(count(1))
		must(t, cell.Wait(patient(t)))
	}
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// A count of n is n wakes.
func TestForwardIsExact(t *testing.T) {
	r, w := pipe(t)
	defer w.Close()
	all := newTally(1 + 5 + 1000)
	stop := forward(t, r, all)
	for _, n := range []uint64{1, 0, 5, 1000} {
		w.Write(count(n))
	}
	<-all.done
	stop()
	equal(t, "wakes", all.n, 1006)
}

// One count of three wakes three who wait in a queue, and no fourth. A count as large as they
// come does not keep anybody busy for years.
func TestForwardWakesAsManyAsWereCounted(t *testing.T) {
	r, w := pipe(t)
	defer w.Close()
	var q waitqueue.Queue
	woken := make(chan error, 4)
	for range 4 {
		sub := q.Subscribe()
		go func() { woken <- sub.Wait(patient(t)) }()
	}
	stop := forward(t, r, &q)
	w.Write(count(3))
	for range 3 {
		must(t, <-woken)
	}
	equal(t, "still waiting", q.Len(), 1)
	w.Write(count(1<<64 - 2))
	must(t, <-woken)
	must(t, q.Wait(patient(t))) // the stored one
	stop()
}

func TestForwardEnds(t *testing.T) {
	var cell waitcell.Cell
	reason := errors.New("reason")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	r, w := pipe(t)
	w.Write(count(1))
	if err := doorbell.Forward(ctx, r, &cell); !errors.Is(err, reason) || !errors.Is(err, context.Canceled) {
		t.Errorf("context done: %v", err)
	}
	buf := make([]byte, 9)
	if n, _ := unix.Read(r, buf); n != 8 {
		t.Errorf("the count was not left in the descriptor: %d bytes", n)
	}
	w.Close()
	if err := doorbell.Forward(t.Context(), r, &cell); err != io.EOF {
		t.Errorf("no writer left: %v", err)
	}
	r, w = pipe(t)
	defer w.Close()
	w.Write([]byte("abc"))
	err := doorbell.Forward(t.Context(), r, &cell)
	if err == nil || !strings.HasPrefix(err.Error(), "doorbell: forward: ") {
		t.Errorf("no record: %v", err)
	}
	err = doorbell.Forward(t.Context(), -1, &cell)
	if !errors.Is(err, unix.EBADF) || err.Error() != "doorbell: forward: fcntl: "+unix.EBADF.Error() {
		t.Errorf("no descriptor: %v", err)
	}
}

// The descriptor is the caller's: when he closes it, Forward goes on with its
// own, and reads nothing of who gets the number next.
func TestForwardOutlivesTheCallersDescriptor(t *testing.T) {
	var p [2]int
	must(t, unix.Pipe(p[:]))
	w := os.NewFile(uintptr(p[1]), "pipe")
	defer w.Close()
	var cell waitcell.Cell
	stop := forward(t, p[0], &cell)
	w.Write(count(1))
	must(t, cell.Wait(patient(t)))
	unix.Close(p[0])
	w.Write(count(1))
	must(t, cell.Wait(patient(t)))
	stop()
}

// How a waiter hears that no more wakes will come.
func TestForwardsEndIsPassedOn(t *testing.T) {
	r, w := pipe(t)
	var cell waitcell.Cell
	go func() { cell.CloseWith(doorbell.Forward(t.Context(), r, &cell)) }()
	w.Close()
	if err := cell.Wait(patient(t)); !errors.Is(err, rouse.ErrClosed) || !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
}

func TestForwardAllocatesNothingPerCount(t *testing.T) {
	r, w := pipe(t)
	defer w.Close()
	var cell waitcell.Cell
	stop := forward(t, r, &cell)
	defer stop()
	one, ctx := count(1), patient(t)
	if n := testing.AllocsPerRun(100, func() {
		w.Write(one)
		cell.Wait(ctx)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
