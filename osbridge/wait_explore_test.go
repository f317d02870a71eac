//go:build explore

package osbridge_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"github.com/rouse-go/rouse/waitcell"
)

// Here the kernel is waitaddr's portable backend: a futex in which the comparison and the falling asleep are one
// critical section, as the kernel's are. What the kernel may do besides, wake for nothing, a thread of the scenario does.

func result(err error) any {
	for _, r := range []struct {
		err  error
		name string
	}{
		{waitcell.ErrReplaced, "replaced"},
		{context.Canceled, "cancelled"},
		{context.DeadlineExceeded, "timeout"},
		{rouse.ErrClosed, "closed"},
	} {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	if err == nil {
		return "nil"
	}
	return err
}

func show(v any) string {
	if s, ok := v.(uint32); ok {
		return fmt.Sprintf("%v %d", waitcell.State(s&0xff), s>>8)
	}
	return ""
}

// A cancellable is a context whose callback runs on the thread that cancels it.
type cancellable struct {
	*explore.Context
	call atom.Pointer[func()]
}

func (c *cancellable) AfterDone(f func()) func() bool {
	c.call.Store(&f)
	return func() bool { c.call.Store(nil); return true }
}

// cancellable returns a context and a function for some thread to cancel it with.
func (s scene) cancellable() (context.Context, func()) {
	ctx, cancel := s.Context()
	c := &cancellable{Context: ctx}
	return c, func() {
		cancel()
		if f := c.call.Load(); f != nil {
			(*f)()
		}
	}
}

// A scene is a cell, and the threads that use it.
type scene struct {
	*explore.Env
	c *waitcell.Cell
}

func (s scene) wake()  { s.Call("wake", func() any { return s.c.Wake() }) }
func (s scene) close() { s.Call("close", func() any { return s.c.Close() }) }
func (s scene) thread(name string) *explore.Thread {
	return s.Call(name, func() any { return result(osbridge.Wait(bg, s.c)) })
}

// sleeper is a thread that sleeps in the kernel only: that leaves the clock out, and is less to search.
func (s scene) sleeper(name string) *explore.Thread {
	return s.Call(name, func() any { return result(sleepy.Wait(bg, s.c)) })
}
func (s scene) goroutine(name string) *explore.Thread {
	return s.Call(name, func() any { return result(s.c.Wait(bg)) })
}
func (s scene) timeout(name string) {
	s.Call(name, func() any { return result(osbridge.WaitTimeout(s.c, time.Hour)) })
}

// cancelled is a thread that in the kernel does not hear of its context's end, and soon leaves it.
func (s scene) cancelled(name string) { s.cancelledBy(osbridge.Policy{}, name) }

// stirred is one that the context wakes in the kernel.
func (s scene) stirred(name string) { s.cancelledBy(osbridge.Policy{Kernel: time.Hour}, name) }

func (s scene) cancelledBy(p osbridge.Policy, name string) {
	ctx, cancel := s.cancellable()
	s.Call(name, func() any { return result(p.Wait(ctx, s.c)) })
	s.Go("cancel", cancel)
}

func (s scene) left() any {
	woken, _ := s.c.Poll()
	switch state := s.c.State().String(); {
	case state != "WAITING" && state != "CLOSED":
		return state
	case woken:
		return 1
	}
	return 0
}

func TestEveryThreadWait(t *testing.T) {
	for _, p := range []struct {
		name  string
		stage func(scene)
		legal []string
	}{
		{"thread,wake", func(s scene) { s.thread("wait"); s.wake() }, []string{
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"thread,close", func(s scene) { s.thread("wait"); s.close() }, []string{
			"wait=closed close=false left=0",
			"wait=closed close=true left=0",
		}},
		{"thread,wake,wake", func(s scene) { s.thread("wait"); s.wake(); s.wake() }, []string{
			"wait=nil wake=false wake=false left=0",
			"wait=nil wake=false wake=false left=1",
			"wait=nil wake=false wake=true left=1",
			"wait=nil wake=true wake=false left=1",
		}},
		{"thread,wake,close", func(s scene) { s.thread("wait"); s.wake(); s.close() }, []string{
			"wait=closed wake=false close=false left=0",
			"wait=closed wake=false close=true left=0",
			"wait=nil wake=false close=false left=0",
			"wait=nil wake=true close=false left=0",
		}},
		{"sleeper,wake", func(s scene) { s.sleeper("wait"); s.wake() }, []string{
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"sleeper,cancel", func(s scene) {
			ctx, cancel := s.cancellable()
			s.Call("wait", func() any { return result(sleepy.Wait(ctx, s.c)) })
			s.Go("cancel", cancel)
		}, []string{
			"wait=cancelled left=0",
		}},
		{"thread,spurious,wake", func(s scene) {
			s.thread("wait")
			s.Go("kernel", func() { waitaddr.WakeAll(word(s.c)) })
			s.wake()
		}, []string{
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"timeout,wake", func(s scene) { s.timeout("wait"); s.wake() }, []string{
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
			"wait=timeout wake=false left=1",
		}},
		{"timeout,close", func(s scene) { s.timeout("wait"); s.close() }, []string{
			"wait=closed close=false left=0",
			"wait=closed close=true left=0",
			"wait=timeout close=false left=0",
		}},
		{"cancel", func(s scene) { s.cancelled("wait") }, []string{
			"wait=cancelled left=0",
		}},
		{"cancel,wake", func(s scene) { s.cancelled("wait"); s.wake() }, []string{
			"wait=cancelled wake=false left=1",
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"cancel,close", func(s scene) { s.cancelled("wait"); s.close() }, []string{
			"wait=cancelled close=false left=0",
			"wait=closed close=false left=0",
			"wait=closed close=true left=0",
		}},
		{"stirred", func(s scene) { s.stirred("wait") }, []string{
			"wait=cancelled left=0",
		}},
		{"stirred,wake", func(s scene) { s.stirred("wait"); s.wake() }, []string{
			"wait=cancelled wake=false left=1",
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"stirred,close", func(s scene) { s.stirred("wait"); s.close() }, []string{
			"wait=cancelled close=false left=0",
			"wait=closed close=false left=0",
			"wait=closed close=true left=0",
		}},
		{"thread,thread", func(s scene) { s.thread("a").MaySleep(); s.thread("b").MaySleep() }, []string{
			"a=asleep b=replaced left=PARKED",
			"a=replaced b=asleep left=PARKED",
		}},
		{"thread,goroutine", func(s scene) { s.thread("t").MaySleep(); s.goroutine("g").MaySleep() }, []string{
			"t=asleep g=replaced left=PARKED",
			"t=replaced g=asleep left=PARKED",
		}},
		{"thread,goroutine,wake", func(s scene) { s.sleeper("t").MaySleep(); s.goroutine("g").MaySleep(); s.wake() }, []string{
			"t=asleep g=nil wake=false left=PARKED|LOOKING|ASLEEP",
			"t=asleep g=nil wake=true left=PARKED|LOOKING|ASLEEP",
			"t=nil g=asleep wake=false left=PARKED",
			"t=nil g=asleep wake=true left=PARKED",
			"t=nil g=replaced wake=false left=0",
			"t=nil g=replaced wake=true left=0",
			"t=replaced g=nil wake=false left=0",
			"t=replaced g=nil wake=true left=0",
		}},
		{"thread,goroutine,close", func(s scene) { s.sleeper("t"); s.goroutine("g"); s.close() }, []string{
			"t=closed g=closed close=false left=0",
			"t=closed g=closed close=true left=0",
			"t=closed g=replaced close=false left=0",
			"t=closed g=replaced close=true left=0",
			"t=replaced g=closed close=false left=0",
			"t=replaced g=closed close=true left=0",
		}},
		{"wait-for,set-wake", func(s scene) {
			var set atom.Bool
			s.Call("wait", func() any { return result(osbridge.WaitFor(bg, s.c, set.Load)) })
			s.Call("wake", func() any { set.Store(true); return s.c.Wake() })
		}, []string{
			"wait=nil wake=false left=1",
			"wait=nil wake=true left=0",
			"wait=nil wake=true left=1",
		}},
		{"write,wake,thread", func(s scene) {
			var field atom.Guarded[int]
			s.Call("wait", func() any { osbridge.Wait(bg, s.c); return field.Get() })
			s.Call("wake", func() any { field.Set(1); return s.c.Wake() })
		}, []string{
			"wait=1 wake=false left=0",
			"wait=1 wake=true left=0",
		}},
		{"ping,pong", func(s scene) {
			var back waitcell.Cell
			s.Name("back", &back, show)
			var ball atom.Guarded[int]
			s.Go("pong", func() {
				osbridge.Wait(bg, s.c)
				ball.Set(ball.Get() + 1)
				back.Wake()
			})
			s.Call("ping", func() any {
				s.c.Wake()
				osbridge.Wait(bg, &back)
				return ball.Get()
			})
		}, []string{"ping=1 left=0"}},
		{"cancelled-then-wait,wake", func(s scene) {
			ctx, cancel := s.cancellable()
			s.Call("waits", func() any {
				a := result(sleepy.Wait(ctx, s.c))
				return fmt.Sprint(a, ",", result(sleepy.Wait(bg, s.c)))
			}).MaySleep()
			s.Go("cancel", cancel)
			s.wake()
		}, []string{
			"waits=asleep wake=false left=PARKED|LOOKING|ASLEEP",
			"waits=asleep wake=true left=PARKED|LOOKING|ASLEEP",
			"waits=cancelled,nil wake=false left=0",
			"waits=cancelled,nil wake=true left=0",
		}},
	} {
		explore.Run(t, explore.Scenario{Name: p.name, Legal: p.legal, Build: func(e *explore.Env) {
			waitaddr.Reset()
			s := scene{e, new(waitcell.Cell)}
			s.c.Subscribe().Cancel() // so that the cell has its record
			e.Name("cell", s.c, show)
			p.stage(s)
			e.Final("left", s.left)
		}})
	}
}
