package osbridge

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/internal/spin"
	"github.com/rouse-go/rouse/waitqueue"
)

// ErrReentrant is returned by a [Thread.Do] that was called on that very thread, by a
// function that runs there: it would wait for itself.
var ErrReentrant = errors.New("osbridge: Do called on its own thread")

// A Thread is a goroutine that is locked to one OS thread and runs there what others hand it. Make it with
// [NewThread], or have the main thread by [Main].
//
// It is for what must be done on one thread: ptrace, OpenGL, a GUI, a library with state in its
// thread, a thread with a namespace or a priority of its own.
//
// Calls run one at a time, in the order in which Do and Go were called. All methods may be called by any
// number of goroutines at once. What was done before a Do or a Go is seen by the function,
// and what the function did is seen after the Do, in the terminology of the Go memory model.
//
// A function may call Go and Close, but not Do, on its own thread. It must leave the goroutine locked.
type Thread struct {
	line   callLine
	spare  spareCalls
	cell   bed // the thread waits here for calls
	policy Policy
	gauge  spin.Gauge // what looking was worth to the callers of Do
	made   bool

	id    atom.Uint64     // of the OS thread; 0: not running yet, or not known here
	batch *call           // (the thread) taken out of the line, and not begun
	ended bool            // (the thread) no more come
	gone  waitqueue.Queue // closed when the thread has done its last
}

// An Option changes what NewThread and Main make.
type Option func(*Thread)

// WithPolicy says how long the thread looks for a call before it sleeps in the kernel, and a caller of Do for
// its end before it sleeps. The caller looks only if the thread is awake, or sleeps in the kernel, unless the policy is Fixed. See [Policy].
func WithPolicy(p Policy) Option { return func(t *Thread) { t.policy = p } }

// NewThread starts a goroutine that is locked to an OS thread of its own. It runs until [Thread.Close],
// and then the OS thread ends with it, with whatever was done to it.
func NewThread(opts ...Option) *Thread {
	t := newThread(opts)
	go func() {
		runtime.LockOSThread() // for ever: see above
		t.live()
	}()
	return t
}

func newThread(opts []Option) *Thread {
	t := &Thread{made: true}
	for _, o := range opts {
		o(t)
	}
	return t
}

// A PanicError is what Do panics with if its function did.
type PanicError struct {
	Value any    // that the function panicked with
	Stack []byte // of the thread, as debug.Stack formats it
}

// Error returns the value and the stack.
func (e *PanicError) Error() string {
	return fmt.Sprintf("osbridge: panic on a thread: %v\n\n%s", e.Value, e.Stack)
}

// Unwrap returns the value, if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Do runs f on the thread, and returns when f has.
//
//   - nil: f has run.
//   - the context's error: ctx was done before f began, and f does not run. A function that is running is
//     waited for, whatever becomes of ctx; pass ctx to it if it is to stop. If the cause of ctx is another error
//     than ctx.Err(), errors.Is holds for both.
//   - [rouse.ErrClosed]: the thread is closed; f does not run.
//   - [ErrReentrant]: called on the thread itself; f does not run. (Where the system has no cheap name for a
//     thread, on OpenBSD and some others, this is not noticed, and Do waits until ctx is done.)
//
// If f panics, Do panics with a *[PanicError]; if f calls [runtime.Goexit], Do does. The thread lives on.
// What Goexit left of its stack it keeps until Close, 600 bytes for each: not for a million.
func (t *Thread) Do(ctx context.Context, f func()) error {
	t.must(f)
	if ctx == nil {
		panic("osbridge: nil context")
	}
	if ctx.Err() != nil {
		return park.ContextError(ctx)
	}
	c := t.spare.get()
	c.job.Set(job{f: f})
	if !t.line.push(c) {
		t.spare.put(c)
		return rouse.ErrClosed
	}
	lay := t.cell.lies()
	// A wake that finds the thread waiting does not come from it. So the system is asked for the thread's name only when
	// the thread is busy. [P2]
	if !t.cell.Wake() && t.own() && c.cancel() {
		return ErrReentrant
	}
	if err := t.await(ctx, c, lay); err != nil {
		return err
	}
	o := c.outcome.Get()
	t.spare.put(c)
	if o.panicked != nil {
		panic(o.panicked)
	}
	if o.exited {
		runtime.Goexit()
	}
	return nil
}

// Go hands f to the thread, and does not wait. It returns nil, or [rouse.ErrClosed], and then f does not run.
//
// If f panics, the program ends, as by a panic in any goroutine that nobody recovers. If f calls
// [runtime.Goexit], that ends f, and no more.
func (t *Thread) Go(f func()) error {
	t.must(f)
	c := t.spare.get()
	c.job.Set(job{f: f, detached: true})
	if !t.line.push(c) {
		t.spare.put(c)
		return rouse.ErrClosed
	}
	t.cell.Wake() // [P2]
	return nil
}

// Close ends the thread after the calls that are in line: these run, later ones are refused. It returns when
// the last has run, or, called on the thread itself, at once. It returns nil, or [rouse.ErrClosed] if the thread was
// closed before; then too it waits.
func (t *Thread) Close() error {
	t.must(t.live)
	err := t.end()
	if !t.own() {
		t.gone.Wait(context.Background())
	}
	return err
}

// end closes the line.
func (t *Thread) end() error {
	if !t.line.end() {
		return rouse.ErrClosed
	}
	t.cell.Wake() // [P2]
	return nil
}

// await returns when the call is over, or was cancelled because ctx is done.
//
// [W1] The caller says that it will wait and looks at the state in one step. The thread says that the call
// is over and looks for a waiter in one step [W2]. Both are steps on one word, so one comes first.
//
// lay says that the thread slept as a goroutine when the call came. Then it stands in the run queue of our P now, and gets
// that as soon as we sleep; while we look, another P would first have to be woken and to steal it.
func (t *Thread) await(ctx context.Context, c *call, lay bool) error {
	if !direct() || lay && !t.policy.Fixed { // while we look, the thread cannot run, or not soon
		return t.sleep(ctx, c)
	}
	most := t.policy.spin()
	looks := most
	if !t.policy.Fixed {
		looks = t.gauge.Allow(most)
	}
	if t.look(c, looks, ctx.Done()) {
		t.gauge.Note(0, most, false)
		return nil
	}
	start, crowded := time.Now(), spin.Crowded()
	err := t.sleep(ctx, c)
	t.gauge.Note(max(looks, 0)+time.Since(start), most, crowded)
	return err
}

func (t *Thread) sleep(ctx context.Context, c *call) error {
	if !c.wait() { // [W1]
		return nil
	}
	err := c.cell.Wait(ctx)
	if err == nil || c.cancel() {
		return err
	}
	return c.cell.Wait(context.Background()) // it runs
}

// look looks at the call for as long as it may, and reports whether it is over.
func (t *Thread) look(c *call, most time.Duration, done <-chan struct{}) bool {
	for {
		s := c.state.Load()
		if s == callOver {
			return true
		}
		if !spin.Watch(&c.state, s, most, done) {
			return false
		}
	}
}

// own reports whether the caller runs on this thread, if the system tells.
//
// The thread's name is read first. The other way round, the caller could be moved after it learned the name of the OS
// thread that it was on, and the Thread begin its life on that one.
func (t *Thread) own() bool {
	id := t.id.Load()
	return id != 0 && id == callerID()
}

func (t *Thread) must(f func()) {
	if t == nil || !t.made {
		panic("osbridge: Thread not made by NewThread")
	}
	if f == nil {
		panic("osbridge: nil function")
	}
}
