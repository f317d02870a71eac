package osbridge_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/waitcell"
)

func init() { runtime.LockOSThread() } // TestMain and the examples keep the main thread, as a user of Main does

var background = context.Background()

func newThread(t testing.TB) *osbridge.Thread {
	th := osbridge.NewThread()
	t.Cleanup(func() { th.Close() })
	return th
}

// A gate holds a thread inside a call until it is opened.
type gate struct{ entered, opened chan struct{} }

// hold makes th busy until the gate is opened.
func hold(t testing.TB, th *osbridge.Thread) *gate {
	t.Helper()
	g := &gate{make(chan struct{}), make(chan struct{})}
	must(t, th.Go(func() {
		close(g.entered)
		<-g.opened
	}))
	<-g.entered
	return g
}

func (g *gate) open() { close(g.opened) }

func nothing() {}

// What is handed over runs on one OS thread, in the order of the calls, and Do returns after its function.
func TestThreadOrder(t *testing.T) {
	th := newThread(t)
	var got []int
	ids := map[uint64]bool{}
	for i := range 300 {
		f := func() {
			got = append(got, i)
			ids[osbridge.ThreadID()] = true
		}
		if i%3 == 0 {
			must(t, th.Do(t.Context(), f))
			equal(t, "calls that have run", len(got), i+1)
		} else {
			must(t, th.Go(f))
		}
	}
	must(t, th.Close())
	equal(t, "calls", len(got), 300)
	equal(t, "in order", slices.IsSorted(got), true)
	equal(t, "threads", len(ids), 1)
	equal(t, "our own thread", ids[osbridge.ThreadID()] && osbridge.ThreadID() != 0, false)
}

// A call in line that is cancelled does not run. One that runs is waited for.
func TestThreadCancel(t *testing.T) {
	th := newThread(t)
	g := hold(t, th)
	ctx, cancel := context.WithCancelCause(t.Context())
	result := make(chan error)
	go func() { result <- th.Do(ctx, func() { t.Error("it ran") }) }()
	for !th.InLine() {
		runtime.Gosched()
	}
	cancel(errCable)
	err := <-result
	wantIs(t, "Do", err, errCable)
	wantIs(t, "Do", err, context.Canceled)
	g.open()
	must(t, th.Do(t.Context(), nothing))

	ctx, cancel = context.WithCancelCause(t.Context())
	ran := false
	must(t, th.Do(ctx, func() {
		cancel(nil)
		for range 100 { // the caller hears of it
			runtime.Gosched()
		}
		ran = true
	}))
	equal(t, "it ran to its end", ran, true)
	wantIs(t, "Do with a context that is over", th.Do(ctx, func() { t.Error("it ran") }), context.Canceled)
}

// A panic reaches the caller of Do with its value and the thread's stack, and the thread lives on.
func TestThreadPanic(t *testing.T) {
	th := newThread(t)
	for _, value := range []any{"a word", errCable} {
		func() {
			defer func() {
				e, ok := recover().(*osbridge.PanicError)
				if !ok || e.Value != value || !strings.Contains(string(e.Stack), "explode") || !strings.Contains(e.Error(), fmt.Sprint(value)) {
					t.Errorf("recovered %v", e)
				}
				if value == errCable {
					wantIs(t, "the panic", e, errCable)
				}
			}()
			th.Do(t.Context(), func() { explode(value) })
			t.Error("Do returned")
		}()
	}
	must(t, th.Do(t.Context(), nothing))
}

//go:noinline
func explode(v any) { panic(v) }

// A Goexit reaches the caller of Do. The thread lives on, and is the same OS thread; in Go it ends the function only.
func TestThreadGoexit(t *testing.T) {
	th := newThread(t)
	id := func() (id uint64) {
		must(t, th.Do(t.Context(), func() { id = osbridge.ThreadID() }))
		return id
	}
	before := id()
	for i := range 100 {
		left := make(chan bool)
		go func() {
			exited := true
			defer func() { left <- exited }()
			th.Do(t.Context(), runtime.Goexit)
			exited = false
		}()
		equal(t, "the caller exited", <-left, true)
		must(t, th.Go(runtime.Goexit))
		if i%10 == 0 { // a panic inside a life that goes on inside a Goexit
			func() {
				defer func() { recover() }()
				f := func() { panic(i) }
				if i%20 == 0 {
					f = func() { defer panic(i); runtime.Goexit() } // the panic ends in Do, the Goexit goes on
				}
				th.Do(t.Context(), f)
				t.Error("Do returned")
			}()
		}
	}
	equal(t, "the OS thread", id(), before)
	must(t, th.Close())
}

// A Do on the thread itself is told, and does not run; Go and Close there are fine.
func TestThreadReentrant(t *testing.T) {
	if osbridge.ThreadID() == 0 {
		t.Skip("this system does not tell threads apart")
	}
	th, other := newThread(t), newThread(t)
	var order []string
	must(t, th.Do(t.Context(), func() {
		wantIs(t, "Do", th.Do(patient(t), func() { t.Error("it ran") }), osbridge.ErrReentrant)
		if err := other.Do(patient(t), func() { order = append(order, "other") }); err != nil {
			t.Error(err)
		}
		if err := th.Go(func() { order = append(order, "later") }); err != nil {
			t.Error(err)
		}
		order = append(order, "first")
	}))
	must(t, th.Do(t.Context(), nothing))
	equal(t, "order", strings.Join(order, " "), "other first later")
	must(t, th.Do(t.Context(), func() {
		th.Go(func() { order = append(order, "last") })
		if err := th.Close(); err != nil {
			t.Error(err)
		}
		wantIs(t, "Go after Close", th.Go(nothing), rouse.ErrClosed)
	}))
	wantIs(t, "the second Close", th.Close(), rouse.ErrClosed)
	equal(t, "order", strings.Join(order, " "), "other first later last")
}

// Close runs what is in line, refuses what comes later, and waits.
func TestThreadClose(t *testing.T) {
	th := newThread(t)
	g := hold(t, th)
	ran := 0
	for range 10 {
		must(t, th.Go(func() { ran++ }))
	}
	closed := make(chan error)
	for range 3 {
		go func() { closed <- th.Close() }()
	}
	for th.Go(func() { ran++ }) == nil { // until one of them has closed it
		ran-- // on our side of the gate, for it will run
	}
	wantIs(t, "Do", th.Do(t.Context(), nothing), rouse.ErrClosed)
	select {
	case <-closed:
		t.Error("Close returned before the last call had run")
	default:
	}
	g.open()
	var first, second int
	for range 3 {
		switch err := <-closed; {
		case err == nil:
			first++
		case errors.Is(err, rouse.ErrClosed):
			second++
		}
	}
	equal(t, "closed by", first, 1)
	equal(t, "closed before", second, 2)
	equal(t, "ran", ran, 10)
}

func TestThreadBadUse(t *testing.T) {
	th := newThread(t)
	wantPanic(t, "osbridge: nil context", func() { th.Do(noContext, nothing) })
	wantPanic(t, "osbridge: nil function", func() { th.Do(t.Context(), nil) })
	wantPanic(t, "osbridge: nil function", func() { th.Go(nil) })
	wantPanic(t, "osbridge: nil function", func() { osbridge.Main(nil) })
	for _, none := range []*osbridge.Thread{nil, new(osbridge.Thread)} {
		wantPanic(t, "osbridge: Thread not made by NewThread", func() { none.Do(t.Context(), nothing) })
		wantPanic(t, "osbridge: Thread not made by NewThread", func() { none.Go(nothing) })
		wantPanic(t, "osbridge: Thread not made by NewThread", func() { none.Close() })
	}
	must(t, th.Do(t.Context(), nothing))
}

// Do allocates nothing, nor does Go, nor a Do whose context could be cancelled.
func TestThreadAllocatesNothing(t *testing.T) {
	if exploring {
		t.Skip("the explorer's kernel is the portable backend, which allocates")
	}
	for _, p := range []osbridge.Policy{{}, {Spin: -1}} {
		th := osbridge.NewThread(osbridge.WithPolicy(p))
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		f := func() { n++ }
		allocs := testing.AllocsPerRun(200, func() {
			th.Go(f)
			th.Do(ctx, f)
			th.Do(background, f)
		})
		cancel()
		must(t, th.Close())
		equal(t, "allocations", allocs, 0)
		equal(t, "calls", n, 3*201)
	}
}

// Many callers at once, with cancellations, panics and Goexits: each call ran once, or was cancelled and did not; one
// at a time, and spare calls are as new.
func TestThreadHammer(t *testing.T) {
	th := osbridge.NewThread()
	watch(t, func() string { return "calls" })
	rounds := 150
	if testing.Short() {
		rounds = 30
	}
	ran := 0 // no lock: they run one at a time, and Close orders our look
	var mu sync.Mutex
	want := 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		want += n
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for k := range rounds {
				all.Go(func() { // a goroutine of its own, for Goexit
					mine := 0
					f := func() { ran++; mine++ }
					switch (i + k) % 5 {
					case 0:
						if err := th.Do(background, f); err != nil || mine != 1 {
							t.Errorf("%v, ran %d times", err, mine)
						}
						count(1)
					case 1:
						ctx, cancel := context.WithCancel(background)
						go cancel()
						err := th.Do(ctx, f)
						if (err == nil) != (mine == 1) || err != nil && !errors.Is(err, context.Canceled) {
							t.Errorf("%v, ran %d times", err, mine)
						}
						count(mine)
					case 2:
						if err := th.Go(func() { ran++ }); err != nil {
							t.Error(err)
						}
						count(1)
					case 3:
						defer func() {
							if recover() == nil || mine != 1 {
								t.Error("no panic")
							}
						}()
						count(1)
						th.Do(background, func() { f(); panic(k) })
					case 4:
						count(1)
						th.Do(background, func() { f(); runtime.Goexit() })
						t.Error("no Goexit")
					}
				})
				if k%8 == 7 {
					runtime.Gosched()
				}
			}
		})
	}
	all.Wait()
	must(t, th.Close())
	equal(t, "calls", ran, want)
	if th.Spare() == 0 {
		t.Error("no call was kept")
	}
}

// Close, more than once, beside calls: each that was accepted runs, each that was refused does not.
func TestThreadCloseBesideCalls(t *testing.T) {
	for range 50 {
		th := osbridge.NewThread()
		ran, accepted := 0, make([]int, 4)
		var all sync.WaitGroup
		for i := range accepted {
			all.Go(func() {
				for {
					err := th.Go(func() { ran++ })
					if i%2 == 0 && err == nil {
						accepted[i]++
						err = th.Do(background, func() { ran++ })
					}
					if err != nil {
						wantIs(t, "after Close", err, rouse.ErrClosed)
						return
					}
					accepted[i]++
				}
			})
		}
		runtime.Gosched()
		for range 3 {
			all.Go(func() { th.Close() })
		}
		all.Wait()
		equal(t, "ran", ran, accepted[0]+accepted[1]+accepted[2]+accepted[3])
	}
}

// The caller of Do looks for the outcome only where the thread is awake, or wakes by itself.
func TestLiesIsSaidOfGoroutinesOnly(t *testing.T) {
	var c waitcell.Cell
	lies := func(when string, want bool) {
		t.Helper()
		if got := park.Lies(&c); got != want {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	lies("nobody", false)
	s := c.Subscribe()
	lies("a goroutine", true)
	s.Cancel()
	lies("it is gone", false)
	if !kernel() && !exploring {
		t.Skip("no waits in the kernel here")
	}
	result := asleep(&c, func() error { return sleepy.Wait(background, &c) })
	lies("a thread in the kernel", false)
	c.Wake()
	<-result
}
