package osbridge_test

import (
	"context"
	"fmt"

	"github.com/rouse-go/rouse/osbridge"
)

// A tracer controls a process by ptrace. The kernel takes its orders only from the thread that attached.
type tracer struct {
	thread *osbridge.Thread
	tracee map[string]int // in place of a process: its registers
}

func attach() *tracer {
	t := &tracer{thread: osbridge.NewThread()}
	// Here: ptrace(PTRACE_ATTACH). From now on everything happens on this thread.
	t.thread.Do(context.Background(), func() { t.tracee = map[string]int{"pc": 0x1000} })
	return t
}

// step may be called from any goroutine.
func (t *tracer) step(ctx context.Context) (pc int, err error) {
	err = t.thread.Do(ctx, func() {
		t.tracee["pc"] += 4 // here: PTRACE_SINGLESTEP, then wait4, then PTRACE_GETREGS
		pc = t.tracee["pc"]
	})
	return pc, err
}

func (t *tracer) detach() error {
	t.thread.Go(func() { t.tracee = nil }) // in line, and Close runs what is in line
	return t.thread.Close()
}

// A debugger's worker: many goroutines give orders, one thread carries them out.
func ExampleThread() {
	t := attach()
	for range 2 {
		pc, err := t.step(context.Background())
		fmt.Printf("pc %#x, error %v\n", pc, err)
	}
	t.detach()
	_, err := t.step(context.Background())
	fmt.Println(err)
	// Output:
	// pc 0x1004, error <nil>
	// pc 0x1008, error <nil>
	// rouse: closed
}

// A window of a library that wants to be called on the main thread only.
type window struct{ events []string }

func (w *window) poll() (event string, open bool) {
	if len(w.events) == 0 {
		return "", false
	}
	event, w.events = w.events[0], w.events[1:]
	return event, true
}

// A program with a window: one round of the library's loop is one call, so that other goroutines
// get their calls in between. This package has, as Main asks for it,
//
//	func init() { runtime.LockOSThread() }
func ExampleMain() {
	osbridge.Main(func(t *osbridge.Thread) {
		ctx := context.Background()
		var w *window
		t.Do(ctx, func() { w = &window{events: []string{"key", "click"}} })
		go t.Go(func() {}) // anybody may draw, for one

		for {
			var event string
			var open bool
			t.Do(ctx, func() { event, open = w.poll() })
			if !open {
				return
			}
			fmt.Println(event)
		}
	})
	fmt.Println("the window is closed")
	// Output:
	// key
	// click
	// the window is closed
}
