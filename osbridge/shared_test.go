package osbridge_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

const (
	w = osbridge.SharedWoken
	c = osbridge.SharedClosed
	s = osbridge.SharedWaiting
	n = osbridge.SharedOnce // once more
)

// newShared returns a handle on a new cell, and skips where there are none.
func newShared(t testing.TB) *osbridge.Shared {
	t.Helper()
	return shared(t, new(uint64))
}

func shared(t testing.TB, cell *uint64) *osbridge.Shared {
	t.Helper()
	h, err := osbridge.NewShared(unsafe.Pointer(cell))
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	must(t, err)
	return h
}

// sharedRows is the table above the constants in shared_state.go: what each call makes of each word.
var sharedRows = []struct {
	before                    uint32
	wake, poll, cancel, close uint32
	pollErr                   error
}{
	{before: 0, wake: w, poll: 0, cancel: 0, close: c},
	{before: w, wake: w, poll: n, cancel: n, close: c | w},
	{before: s, wake: w, poll: s, cancel: s, close: c}, // nobody is asleep: S goes
	{before: w | s, wake: w, poll: s + n, cancel: s + n, close: c | w},
	{before: c, wake: c, poll: c, cancel: c, close: c, pollErr: rouse.ErrClosed},
	{before: c | w, wake: c | w, poll: c + n, cancel: c + n, close: c | w},
	{before: c | s, wake: c, poll: c | s, cancel: c | s, close: c, pollErr: rouse.ErrClosed},
	{before: c | w | s, wake: c | w, poll: c | s + n, cancel: c | s + n, close: c | w},
}

// Every call has the effect on every word that the table says, also where the count is about to repeat.
func TestSharedTable(t *testing.T) {
	const last = math.MaxUint32 &^ (w | c | s)
	for _, r := range sharedRows {
		for _, count := range []uint32{0, last} {
			t.Run(fmt.Sprintf("%03b+%x", r.before, count), func(t *testing.T) {
				woken, closed := r.before&w != 0, r.before&c != 0
				on := func(what string, want uint32, call func(*osbridge.Shared)) {
					t.Helper()
					h := newShared(t)
					h.Word().Store(r.before + count)
					call(h)
					equal(t, what+": the word", h.Word().Load(), want+count)
				}
				on("Wake", r.wake, func(h *osbridge.Shared) { equal(t, "Wake", h.Wake(), false) })
				on("Close", r.close, func(h *osbridge.Shared) { equal(t, "Close", h.Close(), false) })
				on("Closed", r.before, func(h *osbridge.Shared) { equal(t, "Closed", h.Closed(), closed) })
				on("Poll", r.poll, func(h *osbridge.Shared) {
					ok, err := h.Poll()
					equal(t, "Poll", ok, woken)
					wantIs(t, "Poll", err, r.pollErr)
				})
				// What waits return that must not block.
				outcome := func(otherwise error) error {
					switch {
					case woken:
						return nil
					case closed:
						return rouse.ErrClosed
					}
					return otherwise
				}
				on("WaitTimeout", r.cancel, func(h *osbridge.Shared) {
					wantIs(t, "WaitTimeout", h.WaitTimeout(0), outcome(context.DeadlineExceeded))
				})
				on("Wait", r.cancel, func(h *osbridge.Shared) {
					err := h.Wait(cancelledWith(errCable))
					wantIs(t, "Wait", err, outcome(errCable))
					wantIs(t, "Wait", err, outcome(context.Canceled))
				})
				if !woken && !closed {
					on("WaitTimeout", r.before|s, func(h *osbridge.Shared) {
						wantIs(t, "WaitTimeout", h.WaitTimeout(time.Nanosecond), context.DeadlineExceeded)
					})
				}
			})
		}
	}
}

// What cannot be a cell is refused, and told apart.
func TestSharedRefuses(t *testing.T) {
	newShared(t)
	region := unsafe.Slice((*byte)(unsafe.Pointer(new([4]uint64))), 32)
	at := func(i int) unsafe.Pointer { return unsafe.Pointer(&region[i]) }
	_, err := osbridge.NewShared(nil)
	equal(t, "nil", fmt.Sprint(err), "osbridge: shared cell: nil address")
	for _, i := range []int{1, 2, 4, 7} {
		if _, err := osbridge.NewShared(at(i)); err == nil {
			t.Errorf("an address that is %d after a multiple of 8 was taken", i)
		}
		if _, err := osbridge.NewSharedIn(region[i:]); err == nil {
			t.Errorf("a region that is %d after a multiple of 8 was taken", i)
		}
	}
	for _, short := range [][]byte{nil, region[:0], region[:7]} {
		if _, err := osbridge.NewSharedIn(short); err == nil {
			t.Errorf("a region of %d bytes was taken", len(short))
		}
	}
	if _, err := osbridge.NewSharedIn(region[8:16]); err != nil {
		t.Error(err)
	}
	region[5] = 1
	_, err = osbridge.NewSharedIn(region)
	wantIs(t, "another version", err, osbridge.ErrVersion)

	h := newShared(t)
	wantPanic(t, "osbridge: nil context", func() { h.Wait(noContext) })
	for _, none := range []*osbridge.Shared{nil, new(osbridge.Shared)} {
		for _, f := range []func(){
			func() { none.Wake() }, func() { none.Close() }, func() { none.Closed() }, func() { none.Poll() },
			func() { none.WaitTimeout(0) }, func() { none.Wait(t.Context()) },
		} {
			wantPanic(t, "osbridge: Shared not made by NewShared", f)
		}
	}
}

var noContext context.Context

// Two handles are one cell: in each direction a wake and a close arrive, whether the other sleeps or not.
func TestSharedHandlesAreOneCell(t *testing.T) {
	cell := new(uint64)
	a, b := shared(t, cell), shared(t, cell)
	ctx := patient(t)
	for range 100 {
		var both sync.WaitGroup
		both.Go(func() {
			if err := a.Wait(ctx); err != nil {
				t.Error(err)
			}
			a.Wake()
		})
		b.Wake()
		both.Wait()
		wantIs(t, "Wait", b.WaitTimeout(patience), nil)
	}
	result := make(chan error)
	go func() { result <- a.Wait(ctx) }()
	b.Close()
	wantIs(t, "Wait", <-result, rouse.ErrClosed)
	equal(t, "Closed", a.Closed(), true)
	equal(t, "Wake", b.Wake(), false)
	wantIs(t, "WaitTimeout", a.WaitTimeout(patience), rouse.ErrClosed)
}

// sharedAsleep returns once somebody announced a sleep.
func sharedAsleep(t testing.TB, h *osbridge.Shared) {
	t.Helper()
	ctx := patient(t)
	for h.Word().Load()&s == 0 {
		must(t, ctx.Err())
		runtime.Gosched()
	}
}

// A counting kernel tells how many have gone to sleep.
type counting struct {
	osbridge.Kernel
	slept atomic.Int32
}

func (k *counting) WaitUntil(addr *uint32, expected uint32, deadline time.Time) error {
	k.slept.Add(1)
	return k.Kernel.WaitUntil(addr, expected, deadline)
}

func (k *counting) await(t testing.TB, n int32) {
	for ctx := patient(t); k.slept.Load() < n; runtime.Gosched() {
		must(t, ctx.Err())
	}
}

// Sleepers are woken by the end of their contexts, each by its own, in whatever order they came: by a cancellation,
// and by a deadline.
func TestSharedContextEndsTheSleep(t *testing.T) {
	newShared(t)
	for _, first := range []int{0, 1} {
		k := &counting{Kernel: waitaddr.Shared}
		h := osbridge.NewSharedOn(new(uint64), k)
		var cancels [2]context.CancelCauseFunc
		var results [2]chan error
		for i := range results {
			var ctx context.Context
			ctx, cancels[i] = context.WithCancelCause(t.Context())
			results[i] = make(chan error, 1)
			go func() { results[i] <- h.Wait(ctx) }()
			k.await(t, int32(i+1))
		}
		for _, i := range []int{first, 1 - first} {
			select {
			case err := <-results[i]:
				t.Fatal("it did not sleep: ", err)
			default:
			}
			cancels[i](errCable)
			err := <-results[i]
			wantIs(t, "Wait", err, errCable)
			wantIs(t, "Wait", err, context.Canceled)
		}
	}
	h := newShared(t)
	late, stop := context.WithTimeoutCause(t.Context(), time.Millisecond, errCable)
	defer stop()
	err := h.Wait(late)
	wantIs(t, "Wait", err, errCable)
	wantIs(t, "Wait", err, context.DeadlineExceeded)
	h.Wake()
	wantIs(t, "Wait, when there is a wake", h.Wait(late), nil)
}

// A hasty kernel is faster than any deadline.
type hasty struct{ osbridge.Kernel }

func (k hasty) WaitUntil(addr *uint32, expected uint32, deadline time.Time) error {
	if !deadline.IsZero() {
		return waitaddr.ErrTimeout
	}
	return k.Kernel.WaitUntil(addr, expected, deadline)
}

// The error is the context's, also if the kernel knows of the deadline first. A wake that comes after the first look
// wins over a context that was done before.
func TestSharedContextAndKernelDisagree(t *testing.T) {
	newShared(t)
	h := osbridge.NewSharedOn(new(uint64), hasty{waitaddr.Shared})
	ctx, stop := context.WithTimeoutCause(t.Context(), 5*time.Millisecond, errCable)
	defer stop()
	wantIs(t, "Wait", h.Wait(ctx), errCable)
	wantIs(t, "Wait", h.Wait(&waking{cancelledWith(nil), h}), nil)
	wantIs(t, "Wait", h.WaitTimeout(time.Hour), context.DeadlineExceeded)
}

// A waking context wakes the cell when it is asked for its error.
type waking struct {
	context.Context
	h *osbridge.Shared
}

func (c *waking) Err() error {
	c.h.Wake()
	return c.Context.Err()
}

// After its context has ended nobody touches the cell for it, nor while nobody waits: the memory may be gone.
func TestSharedLeavesMemoryAlone(t *testing.T) {
	h := newShared(t)
	h.Wake()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	h.Wait(ctx) // takes the wake, and asks the context for nothing
	go func() {
		defer close(done)
		if err := h.Wait(ctx); err != nil { // it sleeps, and leaves its request with the context
			t.Error(err)
		}
	}()
	sharedAsleep(t, h)
	h.Wake()
	<-done
	before := h.Word().Load()
	cancel()
	h.Settle()
	equal(t, "the word", h.Word().Load(), before)
}

// What a wait that sleeps allocates: nothing, while its context stays the same.
func TestSharedAllocatesNothing(t *testing.T) {
	cell := new(uint64)
	a, b := shared(t, cell), shared(t, new(uint64))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	over := make(chan struct{})
	go func() {
		defer close(over)
		for a.Wait(ctx) == nil {
			b.Wake()
		}
	}()
	allocs := testing.AllocsPerRun(200, func() {
		a.Wake()
		b.Wait(ctx)
	})
	a.Close()
	<-over
	equal(t, "allocations", allocs, 0)
	allocs = testing.AllocsPerRun(100, func() {
		b.Wake()
		b.Wake()
		b.Poll()
		b.WaitTimeout(time.Nanosecond)
	})
	equal(t, "allocations", allocs, 0)
}
