package osbridge_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// A mortal is a kernel whose caller is killed in a system call: before it, or after.
type mortal struct {
	osbridge.Kernel
	after bool
}

var errKilled = errors.New("killed")

func (m mortal) WakeAll(addr *uint32) int {
	if m.after {
		m.Kernel.WakeAll(addr)
	}
	panic(errKilled)
}

func (m mortal) WaitUntil(addr *uint32, expected uint32, deadline time.Time) error {
	panic(errKilled)
}

// dying calls f, which may be killed in it, and reports whether it was.
func dying(f func()) (died bool) {
	defer func() {
		if e := recover(); e != nil && e != errKilled {
			panic(e)
		} else if e != nil {
			died = true
		}
	}()
	f()
	return false
}

// A process is killed at each of its steps. What it had done is there, and whoever comes next does the rest.
func TestSharedDeathAtEachStep(t *testing.T) {
	newShared(t)
	for _, after := range []bool{false, true} {
		for name, r := range map[string]struct {
			dies, next func(*osbridge.Shared)
			want       error
		}{
			"Wake, then Wake":   {func(h *osbridge.Shared) { h.Wake() }, func(h *osbridge.Shared) { h.Wake() }, nil},
			"Wake, then Close":  {func(h *osbridge.Shared) { h.Wake() }, func(h *osbridge.Shared) { h.Close() }, nil},
			"Close, then Close": {func(h *osbridge.Shared) { h.Close() }, func(h *osbridge.Shared) { h.Close() }, rouse.ErrClosed},
			"Close, then Wake":  {func(h *osbridge.Shared) { h.Close() }, func(h *osbridge.Shared) { h.Wake() }, rouse.ErrClosed},
		} {
			cell := new(uint64)
			h := shared(t, cell)
			result := make(chan error)
			go func() { result <- h.Wait(patient(t)) }()
			sharedAsleep(t, h)
			if !dying(func() { r.dies(osbridge.NewSharedOn(cell, mortal{waitaddr.Shared, after})) }) {
				t.Fatalf("%s: it did not make the call", name)
			}
			r.next(h)
			wantIs(t, name, <-result, r.want)
		}
	}

	// A dead waiter costs one system call.
	cell := new(uint64)
	calls := &counted{Kernel: waitaddr.Shared}
	h := osbridge.NewSharedOn(cell, calls)
	dying(func() { osbridge.NewSharedOn(cell, mortal{Kernel: waitaddr.Shared}).WaitTimeout(patience) })
	equal(t, "the word", h.Word().Load(), s)
	for range 10 {
		equal(t, "Wake", h.Wake(), false)
		wantIs(t, "Wait", h.WaitTimeout(patience), nil)
	}
	equal(t, "system calls", calls.wakes, 1)

	// A dead waker's wake is there when a timeout is over.
	h = shared(t, cell)
	result := make(chan error)
	go func() { result <- h.WaitTimeout(10 * time.Millisecond) }()
	sharedAsleep(t, h)
	if dying(func() { osbridge.NewSharedOn(cell, mortal{Kernel: waitaddr.Shared}).Wake() }) {
		wantIs(t, "WaitTimeout", <-result, nil)
	} else if err := <-result; err != nil && !errors.Is(err, context.DeadlineExceeded) { // it was over before
		t.Error(err)
	}
}

type counted struct {
	osbridge.Kernel
	wakes int
}

func (c *counted) WakeAll(addr *uint32) int {
	c.wakes++
	return c.Kernel.WakeAll(addr)
}
