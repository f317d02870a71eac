//go:build explore

package osbridge_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// The beds of a Thread and its callers. A scenario is searched with the first of these, as many as can be. Only the
// last two are about a Thread that may sleep in the kernel: how it does, TestEveryThreadWait is about.
var threadBeds = []struct {
	name         string
	plain, alone bool
	policy       osbridge.Policy
}{
	{name: "plain", plain: true, alone: true},
	{name: "cells", alone: true},
	{name: "kernel", policy: sleepy},
	{name: "threads"},
}

// An office is a Thread whose goroutine is one of the explorer's threads, and those who call it.
type office struct {
	*explore.Env
	th *osbridge.Thread

	// log is what has run. It has no lock, for calls run one at a time, each after the one before.
	log atom.Guarded[string]
}

// A handover is a call of a method, by an explorer's thread.
type handover func() error

// caller adds a caller, whose result is how its calls ended.
func (o *office) caller(name string, calls ...handover) {
	results := ""
	o.Final(name, func() any { return results })
	o.Go(name, func() {
		for i, call := range calls {
			if i > 0 {
				results += ","
			}
			attempt(call, func(how any) { results += fmt.Sprint(how) })
		}
	})
}

// attempt calls f and tells how it ended.
func attempt(f handover, tell func(how any)) {
	how := any("exited")
	defer func() {
		if e, ok := recover().(*osbridge.PanicError); ok {
			how = e.Value
		}
		tell(how)
	}()
	err := f()
	how = result(err)
	if errors.Is(err, osbridge.ErrReentrant) {
		how = "reentrant"
	}
}

// do is a Do of a function that writes its name to the log, and then does more. What was done before is seen by the function, and
// what it did afterwards: else this is a data race.
func (o *office) do(name string, more ...func()) handover { return o.within(bg, name, more...) }

func (o *office) within(ctx context.Context, name string, more ...func()) handover {
	return func() error {
		var ran atom.Guarded[int]
		ran.Set(0)
		err := o.th.Do(ctx, func() {
			ran.Set(ran.Get() + 1)
			o.write(name, more)
		})
		if n := ran.Get(); (n == 1) != (err == nil) || n > 1 {
			o.Errorf("%s ran %d times, and Do returned %v", name, n, err)
		}
		return err
	}
}

// send is the same for Go.
func (o *office) send(name string, more ...func()) handover {
	return func() error {
		var before atom.Guarded[int]
		before.Set(0)
		return o.th.Go(func() {
			before.Get()
			o.write(name, more)
		})
	}
}

func (o *office) write(name string, more []func()) {
	o.log.Set(o.log.Get() + name)
	for _, f := range more {
		f()
	}
}

// cancelled adds a caller whose first call is a Do with a context that is cancelled.
func (o *office) cancelled(name string, more ...handover) {
	ctx, cancel := o.Context()
	o.caller(name, append([]handover{o.within(ctx, name)}, more...)...)
	o.Go("cancel", cancel)
}

// close is Close. After it, what has run is seen.
func (o *office) close(name string) {
	o.caller(name, func() error {
		err := o.th.Close()
		o.log.Get()
		return err
	})
}

// closes and reenters are for functions that run on the thread.
func (o *office) closes() { o.th.Close() }
func (o *office) reenters() {
	attempt(o.do("never"), func(how any) { o.write(fmt.Sprintf("(%v)", how), nil) })
}

func boom()      { panic("boom") }
func exitsBoom() { defer boom(); runtime.Goexit() }

// TestEveryThreadCall: each call that was accepted runs once, in its place, and whoever waits for it is told how it ended; one
// that was refused or cancelled does not run; and all calls are kept for the next, none of them twice or with a wake in it.
func TestEveryThreadCall(t *testing.T) {
	defer osbridge.Pretend(false, false, nil)
	for _, p := range threadScenarios {
		for _, bed := range threadBeds[:p.beds] {
			explore.Run(t, explore.Scenario{Name: p.name + "/" + bed.name, Legal: p.legal, Build: func(e *explore.Env) {
				waitaddr.Reset()
				osbridge.Pretend(bed.plain, bed.alone, func() uint64 { return uint64(e.Running()) })
				o := &office{Env: e, th: osbridge.NewThreadUnserved(osbridge.WithPolicy(bed.policy))}
				kept := o.th.Warm()
				e.Name("thread", o.th, nil)
				p.stage(o)
				live, state := o.th.Serve, "asleep"
				if p.named {
					live = o.th.Live
				}
				e.Go("thread", func() {
					defer func() { state = "ended" }()
					live()
				}).MaySleep()
				e.Final("thread", func() any { return state })
				e.Final("ran", func() any { return o.log.Get() })
				e.Check(func() {
					if err := kept(); err != nil {
						e.Errorf("%v", err)
					}
				})
			}})
		}
	}
}
