//go:build explore

package waitcell_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

var (
	background = context.Background()
	errFirst   = errors.New("first")
	errSecond  = errors.New("second")
)

// result is what a wait returned, as a word.
func result(err error) any {
	for _, r := range []struct {
		err  error
		name string
	}{
		{waitcell.ErrReplaced, "replaced"},
		{subscribe.ErrPending, "pending"},
		{subscribe.ErrEnded, "ended"},
		{context.Canceled, "cancelled"},
		{context.DeadlineExceeded, "timeout"},
		{errFirst, "cause1"},
		{errSecond, "cause2"},
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

// show prints a cell's word: its flags, and the number of the registration.
func show(v any) string {
	if s, ok := v.(uint32); ok {
		return fmt.Sprintf("%v %d", waitcell.State(s&0xff), s>>8)
	}
	return ""
}

// A scene is a cell, and the threads that use it.
type scene struct {
	*explore.Env
	c *waitcell.Cell
}

func (s scene) wake()  { s.Call("wake", func() any { return s.c.Wake() }) }
func (s scene) close() { s.Call("close", func() any { return s.c.Close() }) }
func (s scene) poll(name string) {
	s.Call(name, func() any {
		woken, err := s.c.Poll()
		if err != nil {
			return result(err)
		}
		return woken
	})
}
func (s scene) wait(name string) *explore.Thread {
	return s.Call(name, func() any { return result(s.c.Wait(background)) })
}

// left tells what is there at the end: a stored wake, nothing, or a state that only a
// waiter still asleep explains.
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

// A play is a scenario; its outcomes are all those that may be: what each thread
// returned, and what is left in the cell. From "left" follows that no wake was lost or doubled.
type play struct {
	name  string
	stage func(scene)
	legal []string
}

// run searches each play twice: with a cell that never had a waiter, where the first makes
// a record, and with one that did, where it is used again.
func run(t *testing.T, plays []play) {
	for _, p := range plays {
		for _, again := range []bool{false, true} {
			name := p.name + "/first"
			if again {
				name = p.name + "/again"
			}
			explore.Run(t, explore.Scenario{Name: name, Legal: p.legal, Build: func(e *explore.Env) {
				s := scene{e, new(waitcell.Cell)}
				if again {
					sub := s.c.Subscribe()
					s.c.Wake()
					sub.Wait(background)
				}
				e.Name("cell", s.c, show)
				p.stage(s)
				e.Final("left", s.left)
			}})
		}
	}
}

func TestEveryWakeAndWait(t *testing.T) {
	run(t, []play{
		{"wake,wait", func(s scene) {
			s.wait("wait")
			s.wake()
		}, nil},
		{"wake,wake,wait", func(s scene) {
			s.wait("wait")
			s.wake()
			s.wake()
		}, nil},
		{"wake,wake,poll", func(s scene) {
			s.poll("poll")
			s.wake()
			s.wake()
		}, nil},
		{"poll,wake,poll", func(s scene) {
			s.poll("a")
			s.poll("b")
			s.wake()
		}, nil},
		{"poll,wake,wait", func(s scene) {
			s.poll("poll")
			s.wait("wait").MaySleep()
			s.wake()
		}, nil},
		{"two-wakes,two-waits", func(s scene) {
			s.Call("waits", func() any {
				a := result(s.c.Wait(background))
				return fmt.Sprint(a, ",", result(s.c.Wait(background)))
			}).MaySleep()
			s.Call("wakes", func() any {
				a := s.c.Wake()
				return fmt.Sprint(a, ",", s.c.Wake())
			})
		}, nil},
		{"ping,pong", func(s scene) {
			var back waitcell.Cell
			s.Name("back", &back, show)
			var ball atom.Guarded[int]
			s.Go("pong", func() {
				for range 2 {
					s.c.Wait(background)
					ball.Set(ball.Get() + 1)
					back.Wake()
				}
			})
			s.Call("ping", func() any {
				for range 2 {
					s.c.Wake()
					back.Wait(background)
				}
				return ball.Get()
			})
		}, nil},
		// P2: the waiter sees what was written before a wake that only met another one.
		{"write,coalesced-wake,wait", func(s scene) {
			s.c.Wake()
			var field atom.Guarded[int]
			var woke bool // no step: whether Wake had returned
			s.Call("wake", func() any {
				field.Set(1)
				w := s.c.Wake()
				woke = true
				return w
			})
			s.Call("wait", func() any {
				if s.c.Wait(background); woke {
					return field.Get()
				}
				return "before"
			})
		}, nil},
		{"write,wake,wait", func(s scene) {
			var field atom.Guarded[int]
			s.Call("wait", func() any { s.c.Wait(background); return field.Get() })
			s.Call("wake", func() any { field.Set(1); return s.c.Wake() })
		}, nil},
	})
}

func TestEveryCancellation(t *testing.T) {
	run(t, []play{
		{"wait,cancel,wake", func(s scene) {
			ctx, cancel := s.Context()
			s.Call("wait", func() any { return result(s.c.Wait(ctx)) })
			s.Go("cancel", cancel)
			s.wake()
		}, nil},
		{"timeout,wake", func(s scene) {
			s.Call("wait", func() any { return result(s.c.WaitTimeout(time.Second)) })
			s.wake()
		}, nil},
		{"timeout,close", func(s scene) {
			s.Call("wait", func() any { return result(s.c.WaitTimeout(time.Second)) })
			s.close()
		}, nil},
		{"wait,cancel,close", func(s scene) {
			ctx, cancel := s.Context()
			s.Call("wait", func() any { return result(s.c.Wait(ctx)) })
			s.Go("cancel", cancel)
			s.close()
		}, nil},
		// After a wait that was cancelled a second one must meet no token of the first.
		{"wait-cancelled,wait,wake", func(s scene) {
			ctx, cancel := s.Context()
			s.Call("waits", func() any {
				a := result(s.c.Wait(ctx))
				return fmt.Sprint(a, ",", result(s.c.Wait(background)))
			}).MaySleep()
			s.Go("cancel", cancel)
			s.wake()
		}, nil},
		{"bound,cancel,wake", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			s.Call("wait", func() any { return result(b.Wait()) })
			s.Go("cancel", cancel)
			s.wake()
		}, nil},
		{"bound,cancel,close", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			s.Call("wait", func() any { return result(b.Wait()) })
			s.Go("cancel", cancel)
			s.close()
		}, nil},
		{"bound-twice,cancel,wake", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			s.Call("waits", func() any {
				a := result(b.Wait())
				return fmt.Sprint(a, ",", result(b.Wait()))
			})
			s.Go("cancel", cancel)
			s.wake()
		}, nil},
		{"bound-for,cancel,set-wake", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			var ready atom.Bool
			s.Call("wait", func() any { return result(b.WaitFor(ready.Load)) })
			s.Go("cancel", cancel)
			s.Call("wake", func() any { ready.Store(true); return s.c.Wake() })
		}, nil},
		{"bound-release,cancel,wake", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			s.Call("wait", func() any {
				r := result(b.Wait())
				ctx.Err()
				b.Release()
				return r
			})
			s.Go("cancel", cancel)
			s.wake()
		}, nil},
	})
}

func TestEveryDisplacement(t *testing.T) {
	run(t, []play{
		{"wait,wait,wake", func(s scene) {
			s.wait("a").MaySleep()
			s.wait("b").MaySleep()
			s.wake()
		}, nil},
		{"wait,wait,close", func(s scene) {
			s.wait("a")
			s.wait("b")
			s.close()
		}, nil},
		{"bound,wait,wake", func(s scene) {
			b := s.c.Bind(background)
			s.Call("bound", func() any { return result(b.Wait()) }).MaySleep()
			s.wait("wait").MaySleep()
			s.wake()
		}, nil},
		{"subscribe-cancel,wake", func(s scene) {
			s.Go("subscriber", func() { s.c.Subscribe().Cancel() })
			s.wake()
		}, nil},
		{"subscribe-cancel,close", func(s scene) {
			s.Go("subscriber", func() { s.c.Subscribe().Cancel() })
			s.close()
		}, nil},
		{"subscribe-cancel,wake,wait", func(s scene) {
			sub := s.c.Subscribe()
			s.Go("subscriber", sub.Cancel)
			s.wait("wait")
			s.wake()
		}, nil},
		{"subscribe-cancel,subscribe-cancel,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Go("a", sub.Cancel)
			s.Go("b", func() { s.c.Subscribe().Cancel() })
			s.wake()
		}, nil},
		// The token of a subscription that was answered early must not end the next one.
		{"subscribe-err,subscribe-receive,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("subscriber", func() any {
				err := sub.Err()
				if err != nil {
					sub.Cancel()
				}
				next := s.c.Subscribe()
				s.Receive(next.C())
				return fmt.Sprint(result(err), ",", result(next.Err()))
			}).MaySleep()
			s.wake()
		}, nil},
		{"subscribe-cancel-subscribe-receive,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("subscriber", func() any {
				sub.Cancel()
				next := s.c.Subscribe()
				s.Receive(next.C())
				return result(next.Err())
			})
			s.wake()
		}, nil},
		// A wait that got its wake without sleeping leaves a token behind it, or takes it along.
		{"subscribe-wait-subscribe-receive,wake,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("subscriber", func() any {
				a := result(sub.Wait(background))
				next := s.c.Subscribe()
				s.Receive(next.C())
				return fmt.Sprint(a, ",", result(next.Err()))
			}).MaySleep()
			s.wake()
			s.wake()
		}, nil},
		{"subscribed,wait,two-wakes", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("a", func() any { return result(sub.Wait(background)) })
			s.wait("b").MaySleep()
			s.Call("wakes", func() any {
				w := s.c.Wake()
				return fmt.Sprint(w, ",", s.c.Wake())
			})
		}, nil},
		// Who was put out still answers for itself, and for nobody else.
		{"subscribed-err-cancel,subscribe-receive,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("a", func() any {
				err := sub.Err()
				sub.Cancel()
				return result(err)
			})
			s.Call("b", func() any {
				next := s.c.Subscribe()
				s.Receive(next.C())
				return result(next.Err())
			}).MaySleep()
			s.wake()
		}, nil},
		{"receive-err,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("subscriber", func() any {
				s.Receive(sub.C())
				err := sub.Err()
				sub.Cancel()
				return result(err)
			})
			s.wake()
		}, nil},
	})
}

func TestEveryClose(t *testing.T) {
	run(t, []play{
		{"close,wait", func(s scene) {
			s.wait("wait")
			s.close()
		}, nil},
		{"close,wake,wait", func(s scene) {
			s.wait("wait")
			s.wake()
			s.close()
		}, nil},
		{"close,wake,poll", func(s scene) {
			s.poll("poll")
			s.wake()
			s.close()
		}, nil},
		// P6: what was delivered before the close is taken before the close is told.
		{"wake-close,poll", func(s scene) {
			s.poll("poll")
			s.Call("wake-close", func() any {
				w := s.c.Wake()
				return fmt.Sprint(w, ",", s.c.Close())
			})
		}, nil},
		{"wake-close,no-timeout", func(s scene) {
			s.Call("wait", func() any { return result(s.c.WaitTimeout(0)) })
			s.Call("wake-close", func() any {
				w := s.c.Wake()
				return fmt.Sprint(w, ",", s.c.Close())
			})
		}, nil},
		{"wake-close,wait", func(s scene) {
			s.wait("wait")
			s.Call("wake-close", func() any {
				w := s.c.Wake()
				return fmt.Sprint(w, ",", s.c.Close())
			})
		}, nil},
		{"close,close,wait", func(s scene) {
			s.wait("wait")
			s.close()
			s.close()
		}, nil},
		{"closewith,closewith,wait", func(s scene) {
			var order atom.Uint32 // the causes are set before a step of the cell: let one be first
			for i, cause := range []error{errFirst, errSecond} {
				s.Call(fmt.Sprint("close", i+1), func() any {
					order.Add(1)
					return s.c.CloseWith(cause)
				})
			}
			s.Call("wait", func() any {
				err := s.c.Wait(background)
				if again := s.c.Wait(background); again != err {
					s.Errorf("%v, then %v", err, again)
				}
				return result(err)
			})
		}, nil},
		// A wake that was delivered before the close, and is handed on after it, is still there.
		{"close,wake,subscribe-cancel", func(s scene) {
			sub := s.c.Subscribe()
			s.Go("subscriber", sub.Cancel)
			s.wake()
			s.close()
		}, nil},
	})
}

func TestEveryCondition(t *testing.T) {
	run(t, []play{
		{"waitfor,set-wake", func(s scene) {
			var ready atom.Bool
			s.Call("wait", func() any { return result(s.c.WaitFor(background, ready.Load)) })
			s.Call("wake", func() any { ready.Store(true); return s.c.Wake() })
		}, nil},
		{"waitfor,set-wake,wake", func(s scene) {
			var ready atom.Bool
			s.Call("wait", func() any { return result(s.c.WaitFor(background, ready.Load)) })
			s.Call("set", func() any { ready.Store(true); return s.c.Wake() })
			s.wake()
		}, nil},
		{"waitfor,set-close", func(s scene) {
			var ready atom.Bool
			s.Call("wait", func() any { return result(s.c.WaitFor(background, ready.Load)) })
			s.Call("close", func() any { ready.Store(true); return s.c.Close() })
		}, nil},
		{"waitfor,cancel,set-wake", func(s scene) {
			ctx, cancel := s.Context()
			var ready atom.Bool
			s.Call("wait", func() any { return result(s.c.WaitFor(ctx, ready.Load)) })
			s.Go("cancel", cancel)
			s.Call("wake", func() any { ready.Store(true); return s.c.Wake() })
		}, nil},
		{"waitfor-panics,wake", func(s scene) {
			s.Call("wait", func() (r any) {
				defer func() { r = recover() }()
				s.c.WaitFor(background, func() bool { panic("mine") })
				return
			})
			s.wake()
		}, nil},
	})
}
