package osbridge_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/waitcell"
)

// How a wait ends whose thread sleeps already, by what ends it; and what is left in the cell.
func TestHowASleepEnds(t *testing.T) {
	for _, w := range ways {
		for _, r := range []struct {
			name string
			end  func(c *waitcell.Cell, cancel context.CancelCauseFunc) (woke bool)
			want []error
			left string
		}{
			{"wake", func(c *waitcell.Cell, _ context.CancelCauseFunc) bool { return c.Wake() }, nil, "WAITING"},
			{"close", func(c *waitcell.Cell, _ context.CancelCauseFunc) bool { return c.Close() }, []error{rouse.ErrClosed}, "CLOSED"},
			{"close with cause", func(c *waitcell.Cell, _ context.CancelCauseFunc) bool { return c.CloseWith(errCause) }, []error{rouse.ErrClosed, errCause}, "CLOSED"},
			{"cancel", func(_ *waitcell.Cell, cancel context.CancelCauseFunc) bool { cancel(errCause); return true }, []error{context.Canceled, errCause}, "WAITING"},
			{"wake, then close", func(c *waitcell.Cell, _ context.CancelCauseFunc) bool { woke := c.Wake(); c.Close(); return woke }, nil, "CLOSED"},
			{"wake, then cancel", func(c *waitcell.Cell, cancel context.CancelCauseFunc) bool {
				woke := c.Wake()
				cancel(errCause)
				return woke
			}, nil, "WAITING"},
			{"replaced", func(c *waitcell.Cell, _ context.CancelCauseFunc) bool { c.Subscribe().Cancel(); return true }, []error{waitcell.ErrReplaced}, "WAITING"},
		} {
			t.Run(w.name+"/"+r.name, func(t *testing.T) {
				if w.name == "WaitFor" && r.want != nil && errors.Is(r.want[0], rouse.ErrClosed) {
					t.Skip("its condition is true at the last look: see TestConditionBeatsClose")
				}
				var c waitcell.Cell
				ctx, cancel := context.WithCancelCause(bg)
				defer cancel(nil)
				if r.name != "cancel" && r.name != "wake, then cancel" {
					ctx = bg
				}
				watch(t, func() string { return c.State().String() })
				result := asleep(&c, func() error { return w.wait(ctx, &c) })
				if !r.end(&c, cancel) {
					t.Error("nobody was woken")
				}
				err := <-result
				if r.want == nil {
					wantErr(t, w.name, err, nil)
				}
				for _, want := range r.want {
					wantErr(t, w.name, err, want)
				}
				wantState(t, &c, r.left)
			})
		}
	}
}

// What a wait finds when it comes.
func TestWhatAWaitFinds(t *testing.T) {
	over, cancel := context.WithCancelCause(bg)
	cancel(errCause)
	for _, w := range ways {
		for _, r := range []struct {
			name  string
			ctx   context.Context
			build func(c *waitcell.Cell)
			want  error
		}{
			{"a stored wake", bg, func(c *waitcell.Cell) { c.Wake() }, nil},
			{"a stored wake, and its context done", over, func(c *waitcell.Cell) { c.Wake() }, nil},
			{"a stored wake, and the cell closed", bg, func(c *waitcell.Cell) { c.Wake(); c.Close() }, nil},
			{"its context done", over, func(*waitcell.Cell) {}, errCause},
			{"the cell closed", bg, func(c *waitcell.Cell) { c.CloseWith(errCause) }, errCause},
		} {
			t.Run(w.name+"/"+r.name, func(t *testing.T) {
				var c waitcell.Cell
				r.build(&c)
				err := <-onThread(func() error { return w.wait(r.ctx, &c) })
				if w.name == "WaitFor" && r.name == "the cell closed" {
					r.want = nil // true at the last look
				}
				wantErr(t, w.name, err, r.want)
			})
		}
	}
}

// A condition that is true after the close counts (P6).
func TestConditionBeatsClose(t *testing.T) {
	var c waitcell.Cell
	var ready atomic.Bool
	cond := ready.Load
	result := asleep(&c, func() error { return sleepy.WaitFor(bg, &c, cond) })
	ready.Store(true)
	c.Close()
	wantErr(t, "WaitFor", <-result, nil)
	ready.Store(false)
	wantErr(t, "WaitFor", <-onThread(func() error { return sleepy.WaitFor(bg, &c, cond) }), rouse.ErrClosed)
}

// A wake that WaitFor did not need stays. A condition that panics or calls Goexit leaves nobody registered (P7).
func TestCondition(t *testing.T) {
	var c waitcell.Cell
	c.Wake()
	wantErr(t, "WaitFor", <-onThread(func() error { return osbridge.WaitFor(bg, &c, func() bool { return true }) }), nil)
	wantState(t, &c, "WOKEN")
	c.Poll()
	for _, leave := range []func(){func() { panic("no") }, runtime.Goexit} {
		over := make(chan struct{})
		go func() {
			defer close(over)
			defer func() { _ = recover() }()
			_ = osbridge.WaitFor(bg, &c, func() bool { leave(); return false })
		}()
		<-over
		wantState(t, &c, "WAITING")
	}
}

// Time: not early, d <= 0 polls, and a context's deadline ends a wait with the context's own error, also one that
// may look for much longer.
func TestTime(t *testing.T) {
	var c waitcell.Cell
	watch(t, func() string { return c.State().String() })
	for _, p := range []osbridge.Policy{{}, sleepy, {Spin: -1, Kernel: -1}, {Spin: time.Hour, Fixed: true}} {
		const d = 2 * time.Millisecond
		start := time.Now()
		wantErr(t, "WaitTimeout", <-onThread(func() error { return p.WaitTimeout(&c, d) }), context.DeadlineExceeded)
		if passed := time.Since(start); passed < d {
			t.Errorf("WaitTimeout returned after %v, and %v was asked for", passed, d)
		}
		start = time.Now()
		ctx, cancel := context.WithTimeoutCause(bg, d, errCause)
		err := <-onThread(func() error { return p.Wait(ctx, &c) })
		cancel()
		wantErr(t, "Wait", err, context.DeadlineExceeded)
		wantErr(t, "Wait", err, errCause)
		if passed := time.Since(start); passed < d {
			t.Errorf("Wait returned after %v, and its deadline was in %v", passed, d)
		}
		wantState(t, &c, "WAITING")
	}
	wantErr(t, "WaitTimeout(0)", osbridge.WaitTimeout(&c, 0), context.DeadlineExceeded)
	c.Wake()
	wantErr(t, "WaitTimeout(-1)", osbridge.WaitTimeout(&c, -1), nil)
	c.Close()
	wantErr(t, "WaitTimeout(0)", osbridge.WaitTimeout(&c, 0), rouse.ErrClosed)
	wantErr(t, "WaitTimeout(1h)", osbridge.WaitTimeout(&c, time.Hour), rouse.ErrClosed)
}

// A thread takes another thread's place, and a goroutine's; the one that was put out hears of it, and nobody hangs.
func TestDisplacement(t *testing.T) {
	var c waitcell.Cell
	watch(t, func() string { return c.State().String() })
	thread := func() <-chan error { return asleep(&c, func() error { return sleepy.Wait(bg, &c) }) }
	first := thread()
	second := onThread(func() error { return sleepy.Wait(bg, &c) })
	wantErr(t, "the first thread", <-first, waitcell.ErrReplaced)
	sub := c.Subscribe()
	wantErr(t, "the second thread", <-second, waitcell.ErrReplaced)
	third := thread()
	wantErr(t, "the goroutine", sub.Wait(bg), waitcell.ErrReplaced)
	if !c.Wake() {
		t.Error("Wake found nobody")
	}
	wantErr(t, "the third thread", <-third, nil)
	wantState(t, &c, "WAITING")
}

// With GOMAXPROCS=1 a wait is the goroutine's, which keeps nobody from running; and when there are more again, it is the thread's.
func TestOneP(t *testing.T) {
	if exploring {
		t.Skip("the explorer asks nobody how many there are")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for _, n := range []int{1, 2, 1, 2} {
		runtime.GOMAXPROCS(n)
		var c waitcell.Cell
		_ = sleepy.WaitTimeout(&c, time.Nanosecond) // that there is only one is noticed by a wait that goes to sleep
		result := asleep(&c, func() error { return sleepy.Wait(bg, &c) })
		if got := c.State().String(); (got == "PARKED") != (n == 1 || !kernel()) {
			t.Errorf("GOMAXPROCS=%d: the cell is %s", n, got)
		}
		c.Wake()
		wantErr(t, "Wait", <-result, nil)
	}
}

// Bad use is told at once.
func TestMisuse(t *testing.T) {
	var c waitcell.Cell
	var none context.Context
	wantPanic(t, "osbridge: nil context", func() { _ = osbridge.Wait(none, &c) })
	wantPanic(t, "osbridge: nil cell", func() { _ = osbridge.Wait(bg, nil) })
	wantPanic(t, "osbridge: nil cell", func() { _ = osbridge.WaitTimeout(nil, 1) })
	wantPanic(t, "osbridge: nil context", func() { _ = osbridge.WaitFor(none, &c, func() bool { return true }) })
	wantPanic(t, "osbridge: nil cell", func() { _ = osbridge.WaitFor(bg, nil, func() bool { return true }) })
	wantPanic(t, "osbridge: nil condition", func() { _ = osbridge.WaitFor(bg, &c, nil) })
	wantState(t, &c, "WAITING")
}

// No wait allocates: neither asleep in the kernel, nor with a timeout.
func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	var c waitcell.Cell
	looks := 0
	cond := func() bool { looks++; return looks%2 == 0 }
	for name, wait := range map[string]func(){
		"timeout": func() { _ = sleepy.WaitTimeout(&c, time.Microsecond) },
		"stored":  func() { c.Wake(); _ = osbridge.Wait(bg, &c) },
		"look":    func() { _ = osbridge.Policy{Spin: time.Microsecond, Fixed: true}.WaitTimeout(&c, time.Microsecond) },
		"WaitFor": func() { c.Wake(); _ = osbridge.WaitFor(bg, &c, cond) },
	} {
		if !kernel() && (name == "timeout" || name == "look") {
			continue // the goroutine's way makes a timer
		}
		wait()
		var before, after runtime.MemStats // testing.AllocsPerRun would set GOMAXPROCS to 1
		const n = 200
		runtime.ReadMemStats(&before)
		for range n {
			wait()
		}
		runtime.ReadMemStats(&after)
		if got := after.Mallocs - before.Mallocs; got >= n/2 {
			t.Errorf("%s: %d allocations in %d calls", name, got, n)
		}
	}
}
