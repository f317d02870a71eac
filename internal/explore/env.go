//go:build explore

package explore

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
)

// An Env is what a scenario is built in.
type Env struct{ x *execution }

// Go adds a thread. What it does before its first step it does at once. It ends when f
// returns, or by [runtime.Goexit].
func (e *Env) Go(name string, f func()) *Thread {
	t := e.x.newThread(name)
	t.run = e.x.coroutine(f)
	return t
}

// Running returns the number of the thread that runs: 1 for the first that was added. 0: none does.
func (e *Env) Running() int {
	if t := e.x.current; t != nil {
		return t.id + 1
	}
	return 0
}

// Check says what is to be called when no thread can take a step any more, and all
// have ended but those that may sleep. What it does is not explored.
func (e *Env) Check(f func()) { e.x.check = f }

// Call adds a thread whose result is a part of the outcome: "name=result", or
// "name=asleep".
func (e *Env) Call(name string, f func() any) *Thread {
	result := any("asleep")
	t := e.Go(name, func() { result = f() })
	e.Final(name, func() any { return result })
	return t
}

// Final adds a part to the outcome that f tells when no thread can take a step any more.
func (e *Env) Final(name string, f func() any) { e.x.parts = append(e.x.parts, part{name, f}) }

type part struct {
	name string
	f    func() any
}

// Outcome says, in Check, which of the scenario's outcomes this is.
func (e *Env) Outcome(format string, args ...any) { e.x.outcome = fmt.Sprintf(format, args...) }

// Errorf says that the execution failed.
func (e *Env) Errorf(format string, args ...any) { e.x.fail("failed", fmt.Sprintf(format, args...)) }

// Name gives a name in reports to a variable of package atom, or to all of them in a
// struct; v points to it. show may be nil, or make a string of a value, or "" where it cannot.
func (e *Env) Name(name string, v any, show func(any) string) {
	if e.x.tracing {
		e.x.nameAll(name, reflect.ValueOf(v).Elem(), show)
	}
}

// Choose returns a number below n, each in some execution.
func (e *Env) Choose(n int) int {
	return e.x.announce(request{op: opChoice, choices: n})
}

// Receive is <-c for a channel of a sleeper.
func (e *Env) Receive(c <-chan struct{}) {
	atom.Step(atom.Receive, c, nil)
	<-c
}

// A Context is cancelled by a step, its Err is one, and its Done can be slept on.
//
// A callback of [context.AfterFunc] becomes a thread of its own when the context is
// cancelled. AfterFunc must be called before any thread starts. Whether stop comes before the
// cancellation is decided at the step before stop; so call Err first.
type Context struct {
	context.Context
	x         *execution
	done      chan struct{}
	err       error
	calls     []*afterFunc
	canceling bool
}

type afterFunc struct {
	f       func()
	stopped bool
}

// Context returns a context, and a function for some thread to cancel it with.
func (e *Env) Context() (ctx *Context, cancel func()) {
	c := &Context{Context: context.Background(), x: e.x, done: make(chan struct{})}
	return c, c.cancel
}

func (c *Context) Done() <-chan struct{} { return c.done }

func (c *Context) Err() error {
	if !c.canceling {
		atom.Step(atom.Load, c.Done(), nil)
	}
	return c.err
}

// AfterFunc is what context.AfterFunc calls.
func (c *Context) AfterFunc(f func()) (stop func() bool) {
	a := &afterFunc{f: f}
	c.calls = append(c.calls, a)
	return func() bool {
		a.stopped = true
		return true
	}
}

func (c *Context) cancel() {
	atom.Step(opClose, c.Done(), nil)
	if c.err != nil {
		return
	}
	c.err = context.Canceled
	close(c.done)
	c.canceling = true // f asks for Err, and that is no step
	for _, a := range c.calls {
		switch {
		case a.stopped:
		case c.x.current == nil:
			a.f()
		default:
			c.x.adopt("callback", a.f)
		}
	}
	c.canceling = false
}

// timer is what package park has for time.NewTimer: one that fires at any time.
func (x *execution) timer(d time.Duration) (<-chan time.Time, func() bool) {
	if x.current == nil {
		t := time.NewTimer(d)
		return t.C, t.Stop
	}
	c := make(chan time.Time, 1)
	t := x.newThread("timer")
	t.daemon = true
	t.do = func() { c <- time.Time{} }
	t.next = request{op: opFire, on: [2]*object{x.object((<-chan time.Time)(c))}}
	return c, func() bool {
		atom.Step(opStop, (<-chan time.Time)(c), nil)
		return true
	}
}
