//go:build explore

package doorbell_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/osbridge/doorbell"
	"go.uber.org/goleak"
)

// Every interleaving of the production source, from Publish down to what a ring writes. The kernel and os.File below it
// are modelled (kernel_explore.go, file_explore.go); the tests that need a real descriptor, or a real ring of
// io_uring, are in files that explorer builds leave out.

var background = context.Background()

// A scene is a doorbell, and the threads that use it.
type scene struct {
	*explore.Env
	d     *doorbell.Doorbell
	start uint64 // where the sequence begins
}

// A play is a scenario, played with an eventfd and with a pipe, of which all outcomes
// must occur, and no other may; unless none is given.
type play struct {
	name  string
	build func(scene)
	legal []string
}

func run(t *testing.T, plays []play) {
	alone(t)
	for _, pipe := range []bool{false, true} {
		t.Run(map[bool]string{false: "eventfd", true: "pipe"}[pipe], func(t *testing.T) {
			for _, p := range plays {
				explore.Run(t, explore.Scenario{Name: p.name, Legal: p.legal, Build: func(e *explore.Env) {
					s := newScene(e, pipe)
					p.build(s)
					e.Final("left", s.left)
				}})
			}
		})
	}
}

// alone waits until nobody of an earlier test runs any more. Package context makes its calls in goroutines, after the Await
// that the context's end has ended, perhaps; and beside a search nobody may take a step.
func alone(t *testing.T) { goleak.VerifyNone(t) }

func newScene(e *explore.Env, pipe bool) scene {
	doorbell.Forget()
	doorbell.Pipes(pipe)
	d, err := doorbell.New()
	if err != nil {
		panic(err)
	}
	for name, part := range d.Parts() {
		e.Name(name, part, show)
	}
	return scene{e, d, 0}
}

// show is for tables. The word is the sequence, and a z if the loop means to sleep.
func show(v any) string {
	if w, ok := v.(uint64); ok {
		return fmt.Sprint(w>>1, map[uint64]string{0: "", 1: "z"}[w&1])
	}
	return ""
}

// left is what is there in the end: rings that nobody took, and a z if the intent is.
func (s scene) left() any {
	return fmt.Sprint(s.d.Rings(), map[bool]string{true: "z"}[s.d.Armed()])
}

// from puts the sequence where the scene begins.
func (s scene) from(seq uint64) scene {
	s.d.StartAt(seq)
	s.start = seq
	return s
}

func (s scene) publish(name string) { s.Go(name, s.d.Publish) }
func (s scene) ring(name string)    { s.Call(name, func() any { return result(s.d.Ring()) }) }
func (s scene) close(name string)   { s.Call(name, func() any { return result(s.d.Close()) }) }

// await is one Await: what was submitted since the start, and how it ended.
func (s scene) await(ctx context.Context, processed uint64) string {
	submitted, err := s.d.Await(ctx, s.start+processed)
	n := (submitted - s.start) & maxSeq
	if err == nil {
		return fmt.Sprint(n)
	}
	if n != processed {
		s.Errorf("%v, though %d were submitted", err, n)
	}
	return fmt.Sprint(n, ",", result(err))
}

// loop awaits until so many were submitted, or an error; who sleeps before that has lost one.
func (s scene) loop(name string, ctx context.Context, total uint64) {
	s.Call(name, func() any {
		processed := uint64(0)
		for processed != total {
			submitted, err := s.d.Await(ctx, s.start+processed)
			n := (submitted - s.start) & maxSeq
			if n < processed || n > total {
				s.Errorf("%d were submitted, after %d", n, processed)
			}
			if processed = n; err != nil {
				return fmt.Sprint(processed, ",", result(err))
			}
		}
		return processed
	})
}

func result(err error) any {
	for _, r := range []struct {
		err  error
		name string
	}{{errBroken, "broken"}, {context.Canceled, "cancelled"}, {rouse.ErrClosed, "closed"}} {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	if err == nil {
		return "nil"
	}
	return err
}

var errBroken = errors.New("broken")

// An ending is a context that one thread ends. The same thread then does what package context does in
// goroutines: it makes the calls that were asked for and not taken back, at whatever time.
type ending struct {
	context.Context
	done chan struct{}
	over atom.Bool
	call atom.Pointer[func()]
}

func (c *ending) Done() <-chan struct{} { return c.done }

func (c *ending) Err() error {
	if c.over.Load() {
		return context.Canceled
	}
	return nil
}

// AfterDone is what park.AfterDone asks for.
func (c *ending) AfterDone(f func()) (stop func() bool) {
	c.call.Store(&f)
	return func() bool { return c.call.CompareAndSwap(&f, nil) }
}

// endless returns a context that does not end, which nobody knows.
func endless() *ending { return &ending{Context: background, done: make(chan struct{})} }

// ending returns a context, and adds the thread, which does something else before.
func (s scene) ending(name string, before ...func()) *ending {
	c := endless()
	s.Name(name, &c.over, nil)
	s.Name(name+".call", &c.call, nil)
	s.Go(name, func() {
		for _, f := range before {
			f()
		}
		c.over.Store(true)
		for ; ; park.Yield() {
			if f := c.call.Load(); f != nil && c.call.CompareAndSwap(f, nil) {
				(*f)()
			}
		}
	}).MaySleep()
	return c
}
