//go:build explore

package explore

import (
	"fmt"
	"iter"
	"runtime"
)

// A Thread is one of the goroutines of a scenario. It runs only when it is resumed, up to
// where it announces its next step, which it takes when it is resumed again.
type Thread struct {
	id   int
	name string
	run  *coroutine // its goroutine, or
	call *callback  // one that the context package started, or
	do   func()     // for a timer: its only step

	next     request // what it will do when it is resumed, unless it is over
	over     bool
	maySleep bool
	daemon   bool // need not come to its end

	choice  int  // for a select: the channel that was chosen
	changed bool // told by After

	steps int32 // taken so far
	order clock // what its last step depends on
	sync  clock // what happened before its last step
	seen  []sight
}

// MaySleep says that it is no failure if t sleeps when all others have ended.
func (t *Thread) MaySleep() *Thread {
	t.maySleep = true
	return t
}

// resume lets t take its step and run to the next, or to its end.
func (t *Thread) resume() {
	switch {
	case t.do != nil:
		t.do()
		t.over = true
	case t.call != nil:
		t.call.resume()
		t.over = true
	default:
		t.over = t.run.resume()
	}
}

// A coroutine runs one function after another, each a thread of one execution. A switch
// through iter.Pull costs a fifth of one through channels.
type coroutine struct {
	x     *execution
	f     func()
	next  func() (over bool, ok bool)
	stop  func()
	pause func(over bool) bool
	gone  bool // a thread has ended by runtime.Goexit, and the goroutine with it
}

// coroutine returns one that will run f.
func (x *execution) coroutine(f func()) *coroutine {
	if n := len(x.kept.coroutines); n > 0 {
		co := x.kept.coroutines[n-1]
		x.kept.coroutines = x.kept.coroutines[:n-1]
		co.f = f
		return co
	}
	co := &coroutine{x: x, f: f}
	co.next, co.stop = iter.Pull(func(pause func(over bool) bool) {
		stopped := false
		defer func() {
			if !stopped {
				panic(left{}) // in its place runtime.Goexit would go on in who resumes
			}
		}()
		co.pause = pause
		for co.call(); pause(true); co.call() {
		}
		stopped = true
	})
	return co
}

func (co *coroutine) resume() (over bool) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case left{}:
			over, co.gone = true, true
		default:
			panic(r)
		}
	}()
	over, _ = co.next()
	return over
}

// left is panicked with by a coroutine whose thread has called runtime.Goexit.
type left struct{}

// unwound is panicked with in a thread that must end before its time.
type unwound struct{}

func (co *coroutine) call() {
	defer func() {
		r := recover()
		if _, ok := r.(unwound); r != nil && !ok && !co.x.unwinding {
			co.x.fail("panic", fmt.Sprintf("%v, at %s", r, where(caller())))
		}
	}()
	co.f()
}

// Before implements atom.Hook.
func (x *execution) Before(op Op, a, b any) int {
	if c := x.expected; c != nil {
		x.expected = nil
		r := x.request(op, a, b)
		if x.tracing {
			r.pc = caller()
		}
		return c.step(r)
	}
	if x.current == nil {
		return -1 // before the threads start, or when they have ended
	}
	return x.announce(x.request(op, a, b))
}

// announce is called by the thread that runs. It stops until it is this thread's turn.
func (x *execution) announce(r request) int {
	t := x.current
	if !x.unwinding { // else this is a deferred function of a thread that is being unwound
		if x.tracing {
			r.pc = caller()
		}
		t.next = r
		t.run.pause(false)
	}
	if x.unwinding {
		panic(unwound{})
	}
	return t.choice
}

// After implements atom.Hook.
func (x *execution) After(changed bool) {
	if t := x.current; t != nil {
		t.changed = changed
		if t.call != nil {
			t.call.done <- struct{}{}
		}
	}
}

// A callback is a goroutine that context.AfterFunc has started. It takes one step,
// and since nothing tells when a goroutine ends, that is taken to be its end.
type callback struct {
	thread    *Thread
	announced chan struct{}
	resumed   chan bool // false: it must end
	done      chan struct{}
}

// adopt calls start, which is known to start a goroutine, and makes that a thread.
func (x *execution) adopt(name string, start func()) {
	c := &callback{announced: make(chan struct{}), resumed: make(chan bool), done: make(chan struct{})}
	c.thread = x.newThread(name)
	c.thread.call = c
	x.expected = c
	start()
	<-c.announced // everybody else is stopped: the next to announce a step is the new one
}

func (c *callback) step(r request) int {
	c.thread.next = r
	c.announced <- struct{}{}
	if !<-c.resumed {
		runtime.Goexit()
	}
	return c.thread.choice
}

func (c *callback) resume() {
	c.resumed <- true
	<-c.done
}
