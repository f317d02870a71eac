package osbridge_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/waitcell"
)

// What a context that can be cancelled costs a thread that sleeps in the kernel, and how it ends the sleep.

// A ward is a context that counts how often it was asked for a call at its end, and may have a deadline that is not kept.
type ward struct {
	context.Context
	deadline time.Time
	asked    int
}

func (w *ward) Deadline() (time.Time, bool) { return w.deadline, !w.deadline.IsZero() }

// Value hides the context below from package context, which would ask that one.
func (w *ward) Value(any) any { return nil }

// AfterFunc is what context.AfterFunc calls.
func (w *ward) AfterFunc(f func()) (stop func() bool) {
	w.asked++
	return context.AfterFunc(w.Context, f)
}

// The deadline of a context ends a sleep in the kernel that has no other limit. Here nothing else does: the context is not
// done when its deadline is over, as by a timer that comes late. The rest of the wait is the goroutine's.
func TestContextDeadlineGoesToTheKernel(t *testing.T) {
	for _, wait := range []func(context.Context, *waitcell.Cell) error{
		sleepy.Wait,
		func(ctx context.Context, c *waitcell.Cell) error {
			return sleepy.WaitFor(ctx, c, func() bool { return false })
		},
	} {
		var c waitcell.Cell
		watch(t, func() string { return c.State().String() })
		ctx, cancel := context.WithCancel(bg)
		result := onThread(func() error {
			return wait(&ward{Context: ctx, deadline: time.Now().Add(time.Millisecond)}, &c)
		})
		for c.State().String() != "PARKED" {
			runtime.Gosched()
		}
		cancel()
		wantErr(t, "the wait", <-result, context.Canceled)
		wantState(t, &c, "WAITING")
	}
}

// A context is asked for a call only where the thread might not hear of its end for more than a millisecond.
func TestContextIsAskedOnlyForLongSleeps(t *testing.T) {
	for _, p := range []struct {
		osbridge.Policy
		want int
	}{
		{osbridge.Policy{Spin: -1, Fixed: true}, 0},
		{osbridge.Policy{Spin: -1, Fixed: true, Kernel: time.Millisecond}, 0},
		{osbridge.Policy{Spin: -1, Fixed: true, Kernel: 2 * time.Millisecond}, 1},
		{sleepy, 1},
	} {
		var c waitcell.Cell
		watch(t, func() string { return c.State().String() })
		ctx, cancel := context.WithCancel(bg)
		w := &ward{Context: ctx}
		result := asleep(&c, func() error { return p.Wait(w, &c) })
		c.Wake()
		wantErr(t, "Wait", <-result, nil)
		cancel()
		if !kernel() && !exploring {
			p.want = 0
		}
		if w.asked != p.want {
			t.Errorf("%+v: the context was asked %d times, want %d", p.Policy, w.asked, p.want)
		}
	}
}

// No wait with a context that can be cancelled allocates that is woken from its sleep in the kernel (P4).
func TestNoAllocationsAsleepWithAContext(t *testing.T) {
	if raceEnabled || !kernel() {
		t.Skip("the race detector allocates; and there is to be a kernel to sleep in")
	}
	if got := (isParked | isLooking | inKernel).String(); got != "PARKED|LOOKING|ASLEEP" {
		t.Fatalf("the bits are %s", got)
	}
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	p := osbridge.Policy{Spin: -1, Fixed: true}
	looks := 0
	for name, wait := range map[string]func(*waitcell.Cell) error{
		"Wait": func(c *waitcell.Cell) error { return p.Wait(ctx, c) },
		"WaitFor": func(c *waitcell.Cell) error { // true after one wake
			return p.WaitFor(ctx, c, func() bool { looks++; return looks%2 == 0 })
		},
	} {
		var c waitcell.Cell
		r := rouser{c: &c, stop: make(chan struct{}), over: make(chan struct{})}
		watch(t, func() string { return fmt.Sprint(c.State(), " after ", r.fromKernel) })
		go r.run()
		const n = 200
		var before, after runtime.MemStats // testing.AllocsPerRun would set GOMAXPROCS to 1
		for warm := range 2 {
			if warm == 1 {
				runtime.ReadMemStats(&before)
			}
			for from := r.fromKernel; r.fromKernel < from+n; {
				if err := wait(&c); err != nil {
					t.Fatal(err)
				}
			}
		}
		runtime.ReadMemStats(&after)
		close(r.stop)
		<-r.over
		if got := after.Mallocs - before.Mallocs; got >= n/2 {
			t.Errorf("%s: %d allocations in %d sleeps", name, got, n)
		}
	}
}

// A rouser wakes whoever sleeps in a cell, and counts those that slept in the kernel. What it counts is read after the wait.
type rouser struct {
	c          *waitcell.Cell
	fromKernel int
	stop, over chan struct{}
}

func (r *rouser) run() {
	defer close(r.over)
	for {
		select {
		case <-r.stop:
			return
		default:
		}
		switch s := r.c.State(); {
		case s&inKernel != 0:
			r.fromKernel++
			r.c.Wake()
		case s&isParked != 0 && s&isLooking == 0:
			r.c.Wake()
		default:
			runtime.Gosched()
		}
	}
}

// The bits of a state: its String allocates.
const (
	isParked waitcell.State = 16 << iota
	isLooking
	inKernel
)
