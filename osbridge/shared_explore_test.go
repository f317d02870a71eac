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
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// A futex is the kernel's part as its documentation has it: comparing and lying down are one step, and a wake
// reaches all who lie there.
type futex struct {
	mu     atom.Mutex
	word   *atom.Uint32
	asleep []park.Sleeper // (mu)
}

func (f *futex) WaitUntil(_ *uint32, expected uint32, _ time.Time) error {
	f.mu.Lock()
	if f.word.Load() != expected {
		f.mu.Unlock()
		return waitaddr.ErrMismatch
	}
	bed := park.NewSleeper()
	f.asleep = append(f.asleep, bed)
	f.mu.Unlock()
	park.Sleep[struct{}](bed.C(), nil)
	return nil
}

func (f *futex) WakeAll(*uint32) int {
	f.mu.Lock()
	woken := f.asleep
	f.asleep = nil
	f.mu.Unlock()
	for _, bed := range woken {
		bed.Kick()
	}
	return len(woken)
}

// An ending is a context that ends by a step.
type ending struct {
	context.Context
	over atom.Bool
}

func (c *ending) Done() <-chan struct{} { return neverDone }
func (c *ending) Err() error {
	if c.over.Load() {
		return context.Canceled
	}
	return nil
}

// AfterFunc is asked when the end that the handle kept is over: then Err tells.
func (c *ending) AfterFunc(func()) (stop func() bool) { return func() bool { return true } }

var neverDone = make(chan struct{})

// A region is a cell, its kernel, and the processes that use it.
type region struct {
	*explore.Env
	cell *uint64
	futex
	h *osbridge.Shared
}

func (r *region) wake(name string)  { r.Call(name, func() any { r.h.Wake(); return "over" }) }
func (r *region) close(name string) { r.Call(name, func() any { r.h.Close(); return "over" }) }
func (r *region) wait(name string) *explore.Thread {
	return r.Call(name, func() any { return sharedResult(r.h.Wait(context.Background())) })
}

// dies is a process that is killed in its system call.
func (r *region) dies(name string, after bool, f func(*osbridge.Shared)) {
	h := osbridge.NewSharedOn(r.cell, mortal{&r.futex, after})
	r.Call(name, func() any {
		if dying(func() { f(h) }) {
			return "killed"
		}
		return "over"
	})
}

func sharedResult(err error) any {
	for _, r := range []struct {
		err  error
		name string
	}{{context.Canceled, "cancelled"}, {rouse.ErrClosed, "closed"}} {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	if err == nil {
		return "nil"
	}
	return err
}

// TestEveryShared: at each instant at which a process is killed, and in each order, whoever sleeps is woken by the next Wake
// or Close that is not killed, no wake is taken twice, and none is lost but with the one that was killed.
func TestEveryShared(t *testing.T) {
	for _, p := range []struct {
		name  string
		build func(*region)
		legal []string
	}{
		{"wake,wait", func(r *region) {
			r.wait("wait")
			r.wake("wake")
		}, []string{"wait=nil wake=over left=0"}},
		{"wake,wake,wait", func(r *region) {
			r.wait("wait")
			r.wake("a")
			r.wake("b")
		}, []string{
			"wait=nil a=over b=over left=0",
			"wait=nil a=over b=over left=1",
		}},
		{"wake,wait,wait", func(r *region) {
			r.wait("x").MaySleep()
			r.wait("y").MaySleep()
			r.wake("wake")
		}, []string{
			"x=nil y=asleep wake=over left=0",
			"x=asleep y=nil wake=over left=0",
		}},
		{"wait-twice,wake", func(r *region) {
			r.Call("waits", func() any {
				a := sharedResult(r.h.Wait(context.Background()))
				return fmt.Sprint(a, ",", sharedResult(r.h.Wait(context.Background())))
			})
			r.Call("wakes", func() any {
				r.h.Wake()
				for r.h.Word().Load()&w != 0 { // so that they do not meet
					park.Yield()
				}
				r.h.Wake()
				return "over"
			})
		}, []string{"waits=nil,nil wakes=over left=0"}},
		{"close,wait,wait", func(r *region) {
			r.wait("x")
			r.wait("y")
			r.close("close")
		}, []string{"x=closed y=closed close=over left=0"}},
		{"wake,close,wait", func(r *region) {
			r.wait("wait")
			r.wake("wake")
			r.close("close")
		}, []string{
			"wait=nil wake=over close=over left=0",
			"wait=closed wake=over close=over left=0",
		}},
		{"killed-before,wake,wait", func(r *region) {
			r.wait("wait")
			r.dies("dies", false, func(h *osbridge.Shared) { h.Wake() })
			r.wake("wake")
		}, []string{
			"wait=nil dies=killed wake=over left=0",
			"wait=nil dies=killed wake=over left=1",
			"wait=nil dies=over wake=over left=0",
			"wait=nil dies=over wake=over left=1",
		}},
		{"killed-after,wake,wait", func(r *region) {
			r.wait("wait")
			r.dies("dies", true, func(h *osbridge.Shared) { h.Wake() })
			r.wake("wake")
		}, []string{
			"wait=nil dies=killed wake=over left=0",
			"wait=nil dies=killed wake=over left=1",
			"wait=nil dies=over wake=over left=0",
			"wait=nil dies=over wake=over left=1",
		}},
		// The one that was killed set W; another takes it, and the sleeper is still asleep: S must still be there.
		{"killed-before,poll,wait", func(r *region) {
			r.wait("wait").MaySleep()
			r.dies("dies", false, func(h *osbridge.Shared) { h.Wake() })
			r.Call("poll", func() any { ok, _ := r.h.Poll(); return ok })
		}, []string{
			"wait=nil dies=over poll=false left=0",
			"wait=asleep dies=over poll=true left=0",
			"wait=asleep dies=killed poll=true left=0",
			"wait=asleep dies=killed poll=false left=1",
			"wait=nil dies=killed poll=false left=0",
		}},
		// The same beside a waker that lives: it may take S away only from those whom it woke.
		{"killed-before,wake,wait-twice", func(r *region) {
			r.Call("waits", func() any {
				a := sharedResult(r.h.Wait(context.Background()))
				return fmt.Sprint(a, ",", sharedResult(r.h.Wait(context.Background())))
			}).MaySleep()
			r.dies("dies", false, func(h *osbridge.Shared) { h.Wake() })
			r.wake("wake")
		}, nil},
		{"killed-closer,close,wait", func(r *region) {
			r.wait("wait")
			r.dies("dies", false, func(h *osbridge.Shared) { h.Close() })
			r.close("close")
		}, []string{
			"wait=closed dies=killed close=over left=0",
			"wait=closed dies=over close=over left=0",
		}},
		{"killed-waiter,wake,wait", func(r *region) {
			r.wait("wait").MaySleep()
			r.dies("dies", false, func(h *osbridge.Shared) { h.Wait(context.Background()) })
			r.wake("wake")
		}, []string{
			"wait=nil dies=killed wake=over left=0",
			"wait=asleep dies=over wake=over left=0",
		}},
		{"cancel,wait", func(r *region) {
			ctx := &ending{Context: context.Background()}
			end := r.h.Keep(ctx)
			r.Call("wait", func() any { return sharedResult(r.h.Wait(ctx)) })
			r.Go("cancel", func() { ctx.over.Store(true); end() })
		}, []string{"wait=cancelled left=0"}},
		{"cancel,wake,wait", func(r *region) {
			ctx := &ending{Context: context.Background()}
			end := r.h.Keep(ctx)
			r.Call("wait", func() any { return sharedResult(r.h.Wait(ctx)) })
			r.Go("cancel", func() { ctx.over.Store(true); end() })
			r.wake("wake")
		}, []string{
			"wait=cancelled wake=over left=1",
			"wait=nil wake=over left=0",
		}},
		{"cancel,wait,other-wait", func(r *region) {
			ctx := &ending{Context: context.Background()}
			end := r.h.Keep(ctx)
			r.Call("wait", func() any { return sharedResult(r.h.Wait(ctx)) })
			r.Go("cancel", func() { ctx.over.Store(true); end() })
			other := osbridge.NewSharedOn(r.cell, &r.futex)
			r.Call("other", func() any { return sharedResult(other.Wait(context.Background())) }).MaySleep()
		}, []string{"wait=cancelled other=asleep left=0"}},
	} {
		explore.Run(t, explore.Scenario{Name: p.name, Legal: p.legal, Build: func(e *explore.Env) {
			cell := new(uint64)
			r := &region{Env: e, cell: cell}
			r.h = osbridge.NewSharedOn(cell, &r.futex)
			r.word = r.h.Word()
			e.Name("word", r.word, func(v any) string { return fmt.Sprintf("%03b+%d", v.(uint32)&7, v.(uint32)>>3) })
			p.build(r)
			e.Final("left", func() any { return cellLeft(r) })
		}})
	}
}

// cellLeft tells how many wakes are stored at the end. If somebody is asleep, S must be set.
func cellLeft(r *region) any {
	v := r.word.Load()
	if len(r.asleep) > 0 && v&s == 0 {
		r.Errorf("somebody is asleep, and the word is %03b", v&7)
	}
	return v & w
}
