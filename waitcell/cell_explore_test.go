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
	"github.com/rouse-go/rouse/internal/spin"
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
	case waitcell.TokenLeft(s.c):
		return "a token"
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

// run searches each play three times: with a cell that never had a waiter, where the first makes
// a record; with one that did, where it is used again; and again with waits that look
// before they lie down, where that is not too much to search.
func run(t *testing.T, plays []play) {
	defer spin.Passes.Store(false)
	for _, p := range plays {
		for _, how := range []string{"first", "again", "looking"} {
			name := p.name + "/" + how
			again := how != "first"
			if spin.Passes.Store(how == "looking"); how == "looking" && len(p.legal) > 5 {
				continue
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
		}, []string{
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"wake,wake,wait", func(s scene) {
			s.wait("wait")
			s.wake()
			s.wake()
		}, []string{
			"wait=nil wake=false wake=false left=0",
			"wait=nil wake=false wake=false left=1",
			"wait=nil wake=false wake=true left=1",
			"wait=nil wake=true wake=false left=1",
		}},
		{"wake,wake,poll", func(s scene) {
			s.poll("poll")
			s.wake()
			s.wake()
		}, []string{
			"poll=false wake=false wake=false left=1",
			"poll=true wake=false wake=false left=0",
			"poll=true wake=false wake=false left=1",
		}},
		{"poll,wake,poll", func(s scene) {
			s.poll("a")
			s.poll("b")
			s.wake()
		}, []string{
			"a=false b=false wake=false left=1",
			"a=false b=true wake=false left=0",
			"a=true b=false wake=false left=0",
		}},
		{"poll,wake,wait", func(s scene) {
			s.poll("poll")
			s.wait("wait").MaySleep()
			s.wake()
		}, []string{
			"poll=false wait=nil wake=false left=0",
			"poll=false wait=nil wake=true left=0",
			"poll=true wait=asleep wake=false left=PARKED",
		}},
		{"two-wakes,two-waits", func(s scene) {
			s.Call("waits", func() any {
				a := result(s.c.Wait(background))
				return fmt.Sprint(a, ",", result(s.c.Wait(background)))
			}).MaySleep()
			s.Call("wakes", func() any {
				a := s.c.Wake()
				return fmt.Sprint(a, ",", s.c.Wake())
			})
		}, []string{
			"waits=asleep wakes=false,false left=PARKED",
			"waits=nil,nil wakes=false,false left=0",
			"waits=nil,nil wakes=false,true left=0",
			"waits=nil,nil wakes=true,false left=0",
			"waits=nil,nil wakes=true,true left=0",
		}},
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
		}, []string{
			"ping=2 left=0",
		}},
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
		}, []string{
			"wake=false wait=1 left=0",
			"wake=false wait=before left=1",
		}},
		{"write,wake,wait", func(s scene) {
			var field atom.Guarded[int]
			s.Call("wait", func() any { s.c.Wait(background); return field.Get() })
			s.Call("wake", func() any { field.Set(1); return s.c.Wake() })
		}, []string{
			"wait=1 wake=false left=0",
			"wait=1 wake=true left=0",
		}},
	})
}

func TestEveryCancellation(t *testing.T) {
	run(t, []play{
		{"wait,cancel,wake", func(s scene) {
			ctx, cancel := s.Context()
			s.Call("wait", func() any { return result(s.c.Wait(ctx)) })
			s.Go("cancel", cancel)
			s.wake()
		}, []string{
			"wait=cancelled wake=false left=1",
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"timeout,wake", func(s scene) {
			s.Call("wait", func() any { return result(s.c.WaitTimeout(time.Second)) })
			s.wake()
		}, []string{
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
			"wait=timeout wake=false left=1",
		}},
		{"timeout,close", func(s scene) {
			s.Call("wait", func() any { return result(s.c.WaitTimeout(time.Second)) })
			s.close()
		}, []string{
			"wait=closed close=false left=0",
			"wait=closed close=true left=0",
			"wait=timeout close=false left=0",
		}},
		{"wait,cancel,close", func(s scene) {
			ctx, cancel := s.Context()
			s.Call("wait", func() any { return result(s.c.Wait(ctx)) })
			s.Go("cancel", cancel)
			s.close()
		}, []string{
			"wait=cancelled close=false left=0",
			"wait=closed close=false left=0",
			"wait=closed close=true left=0",
		}},
		// After a wait that was cancelled a second one must meet no token of the first.
		{"wait-cancelled,wait,wake", func(s scene) {
			ctx, cancel := s.Context()
			s.Call("waits", func() any {
				a := result(s.c.Wait(ctx))
				return fmt.Sprint(a, ",", result(s.c.Wait(background)))
			}).MaySleep()
			s.Go("cancel", cancel)
			s.wake()
		}, []string{
			"waits=asleep wake=false left=PARKED",
			"waits=asleep wake=true left=PARKED",
			"waits=cancelled,nil wake=false left=0",
			"waits=cancelled,nil wake=true left=0",
		}},
		{"bound,cancel,wake", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			s.Call("wait", func() any { return result(b.Wait()) })
			s.Go("cancel", cancel)
			s.wake()
		}, []string{
			"wait=cancelled wake=false left=1",
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"bound,cancel,close", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			s.Call("wait", func() any { return result(b.Wait()) })
			s.Go("cancel", cancel)
			s.close()
		}, []string{
			"wait=cancelled close=false left=0",
			"wait=closed close=false left=0",
			"wait=closed close=true left=0",
		}},
		{"bound-twice,cancel,wake", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			s.Call("waits", func() any {
				a := result(b.Wait())
				return fmt.Sprint(a, ",", result(b.Wait()))
			})
			s.Go("cancel", cancel)
			s.wake()
		}, []string{
			"waits=cancelled,cancelled wake=false left=1",
			"waits=cancelled,nil wake=false left=0",
			"waits=nil,cancelled wake=false left=0",
			"waits=nil,cancelled wake=true left=0",
		}},
		{"bound-for,cancel,set-wake", func(s scene) {
			ctx, cancel := s.Context()
			b := s.c.Bind(ctx)
			var ready atom.Bool
			s.Call("wait", func() any { return result(b.WaitFor(ready.Load)) })
			s.Go("cancel", cancel)
			s.Call("wake", func() any { ready.Store(true); return s.c.Wake() })
		}, []string{
			"wait=cancelled wake=false left=1",
			"wait=nil wake=false left=1",
			"wait=nil wake=true left=0",
			"wait=nil wake=true left=1",
		}},
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
		}, []string{
			"wait=cancelled wake=false left=1",
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
	})
}

func TestEveryDisplacement(t *testing.T) {
	run(t, []play{
		{"wait,wait,wake", func(s scene) {
			s.wait("a").MaySleep()
			s.wait("b").MaySleep()
			s.wake()
		}, []string{
			"a=asleep b=nil wake=false left=PARKED",
			"a=asleep b=nil wake=true left=PARKED",
			"a=nil b=asleep wake=false left=PARKED",
			"a=nil b=asleep wake=true left=PARKED",
			"a=nil b=replaced wake=false left=0",
			"a=nil b=replaced wake=true left=0",
			"a=replaced b=nil wake=false left=0",
			"a=replaced b=nil wake=true left=0",
		}},
		{"wait,wait,close", func(s scene) {
			s.wait("a")
			s.wait("b")
			s.close()
		}, []string{
			"a=closed b=closed close=false left=0",
			"a=closed b=closed close=true left=0",
			"a=closed b=replaced close=false left=0",
			"a=closed b=replaced close=true left=0",
			"a=replaced b=closed close=false left=0",
			"a=replaced b=closed close=true left=0",
		}},
		{"bound,wait,wake", func(s scene) {
			b := s.c.Bind(background)
			s.Call("bound", func() any { return result(b.Wait()) }).MaySleep()
			s.wait("wait").MaySleep()
			s.wake()
		}, []string{
			"bound=asleep wait=nil wake=false left=PARKED",
			"bound=asleep wait=nil wake=true left=PARKED",
			"bound=nil wait=asleep wake=false left=PARKED",
			"bound=nil wait=asleep wake=true left=PARKED",
			"bound=nil wait=replaced wake=false left=0",
			"bound=nil wait=replaced wake=true left=0",
			"bound=replaced wait=nil wake=false left=0",
			"bound=replaced wait=nil wake=true left=0",
		}},
		{"subscribe-cancel,wake", func(s scene) {
			s.Go("subscriber", func() { s.c.Subscribe().Cancel() })
			s.wake()
		}, []string{
			"wake=false left=1",
			"wake=true left=1",
		}},
		{"subscribe-cancel,close", func(s scene) {
			s.Go("subscriber", func() { s.c.Subscribe().Cancel() })
			s.close()
		}, []string{
			"close=false left=0",
			"close=true left=0",
		}},
		{"subscribe-cancel,wake,wait", func(s scene) {
			sub := s.c.Subscribe()
			s.Go("subscriber", sub.Cancel)
			s.wait("wait")
			s.wake()
		}, []string{
			"wait=nil wake=false left=0",
			"wait=nil wake=true left=0",
		}},
		{"subscribe-cancel,subscribe-cancel,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Go("a", sub.Cancel)
			s.Go("b", func() { s.c.Subscribe().Cancel() })
			s.wake()
		}, []string{
			"wake=false left=1",
			"wake=true left=1",
		}},
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
		}, []string{
			"subscriber=asleep wake=true left=PARKED",
			"subscriber=pending,nil wake=false left=0",
			"subscriber=pending,nil wake=true left=0",
		}},
		{"subscribe-cancel-subscribe-receive,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("subscriber", func() any {
				sub.Cancel()
				next := s.c.Subscribe()
				s.Receive(next.C())
				return result(next.Err())
			})
			s.wake()
		}, []string{
			"subscriber=nil wake=false left=0",
			"subscriber=nil wake=true left=0",
		}},
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
		}, []string{
			"subscriber=nil,nil wake=false wake=true left=0",
			"subscriber=nil,nil wake=true wake=false left=0",
			"subscriber=nil,nil wake=true wake=true left=0",
		}},
		{"subscribed,wait,two-wakes", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("a", func() any { return result(sub.Wait(background)) })
			s.wait("b").MaySleep()
			s.Call("wakes", func() any {
				w := s.c.Wake()
				return fmt.Sprint(w, ",", s.c.Wake())
			})
		}, []string{
			"a=nil b=nil wakes=true,false left=0",
			"a=nil b=nil wakes=true,true left=0",
			"a=replaced b=nil wakes=false,false left=0",
			"a=replaced b=nil wakes=false,false left=1",
			"a=replaced b=nil wakes=true,false left=1",
		}},
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
		}, []string{
			"a=nil b=asleep wake=true left=PARKED",
			"a=pending b=nil wake=false left=0",
			"a=pending b=nil wake=true left=0",
			"a=replaced b=nil wake=false left=0",
			"a=replaced b=nil wake=true left=0",
		}},
		{"receive-err,wake", func(s scene) {
			sub := s.c.Subscribe()
			s.Call("subscriber", func() any {
				s.Receive(sub.C())
				err := sub.Err()
				sub.Cancel()
				return result(err)
			})
			s.wake()
		}, []string{
			"subscriber=nil wake=true left=0",
		}},
	})
}

func TestEveryClose(t *testing.T) {
	run(t, []play{
		{"close,wait", func(s scene) {
			s.wait("wait")
			s.close()
		}, []string{
			"wait=closed close=false left=0",
			"wait=closed close=true left=0",
		}},
		{"close,wake,wait", func(s scene) {
			s.wait("wait")
			s.wake()
			s.close()
		}, []string{
			"wait=closed wake=false close=false left=0",
			"wait=closed wake=false close=true left=0",
			"wait=nil wake=false close=false left=0",
			"wait=nil wake=true close=false left=0",
		}},
		{"close,wake,poll", func(s scene) {
			s.poll("poll")
			s.wake()
			s.close()
		}, []string{
			"poll=closed wake=false close=false left=0",
			"poll=false wake=false close=false left=0",
			"poll=false wake=false close=false left=1",
			"poll=true wake=false close=false left=0",
		}},
		// P6: what was delivered before the close is taken before the close is told.
		{"wake-close,poll", func(s scene) {
			s.poll("poll")
			s.Call("wake-close", func() any {
				w := s.c.Wake()
				return fmt.Sprint(w, ",", s.c.Close())
			})
		}, []string{
			"poll=false wake-close=false,false left=1",
			"poll=true wake-close=false,false left=0",
		}},
		{"wake-close,no-timeout", func(s scene) {
			s.Call("wait", func() any { return result(s.c.WaitTimeout(0)) })
			s.Call("wake-close", func() any {
				w := s.c.Wake()
				return fmt.Sprint(w, ",", s.c.Close())
			})
		}, []string{
			"wait=nil wake-close=false,false left=0",
			"wait=timeout wake-close=false,false left=1",
		}},
		{"wake-close,wait", func(s scene) {
			s.wait("wait")
			s.Call("wake-close", func() any {
				w := s.c.Wake()
				return fmt.Sprint(w, ",", s.c.Close())
			})
		}, []string{
			"wait=nil wake-close=false,false left=0",
			"wait=nil wake-close=true,false left=0",
		}},
		{"close,close,wait", func(s scene) {
			s.wait("wait")
			s.close()
			s.close()
		}, []string{
			"wait=closed close=false close=false left=0",
			"wait=closed close=false close=true left=0",
			"wait=closed close=true close=false left=0",
		}},
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
		}, []string{
			"close1=false close2=false wait=cause1 left=0",
			"close1=false close2=false wait=cause2 left=0",
			"close1=false close2=true wait=cause1 left=0",
			"close1=false close2=true wait=cause2 left=0",
			"close1=true close2=false wait=cause1 left=0",
			"close1=true close2=false wait=cause2 left=0",
		}},
		// A wake that was delivered before the close, and is handed on after it, is still there.
		{"close,wake,subscribe-cancel", func(s scene) {
			sub := s.c.Subscribe()
			s.Go("subscriber", sub.Cancel)
			s.wake()
			s.close()
		}, []string{
			"wake=false close=false left=0",
			"wake=false close=false left=1",
			"wake=false close=true left=0",
			"wake=true close=false left=1",
		}},
	})
}

func TestEveryCondition(t *testing.T) {
	run(t, []play{
		{"waitfor,set-wake", func(s scene) {
			var ready atom.Bool
			s.Call("wait", func() any { return result(s.c.WaitFor(background, ready.Load)) })
			s.Call("wake", func() any { ready.Store(true); return s.c.Wake() })
		}, []string{
			"wait=nil wake=false left=1",
			"wait=nil wake=true left=0",
			"wait=nil wake=true left=1",
		}},
		{"waitfor,set-wake,wake", func(s scene) {
			var ready atom.Bool
			s.Call("wait", func() any { return result(s.c.WaitFor(background, ready.Load)) })
			s.Call("set", func() any { ready.Store(true); return s.c.Wake() })
			s.wake()
		}, []string{
			"wait=nil set=false wake=false left=1",
			"wait=nil set=false wake=true left=1",
			"wait=nil set=true wake=false left=0",
			"wait=nil set=true wake=false left=1",
			"wait=nil set=true wake=true left=0",
			"wait=nil set=true wake=true left=1",
		}},
		{"waitfor,set-close", func(s scene) {
			var ready atom.Bool
			s.Call("wait", func() any { return result(s.c.WaitFor(background, ready.Load)) })
			s.Call("close", func() any { ready.Store(true); return s.c.Close() })
		}, []string{
			"wait=nil close=false left=0",
			"wait=nil close=true left=0",
		}},
		{"waitfor,cancel,set-wake", func(s scene) {
			ctx, cancel := s.Context()
			var ready atom.Bool
			s.Call("wait", func() any { return result(s.c.WaitFor(ctx, ready.Load)) })
			s.Go("cancel", cancel)
			s.Call("wake", func() any { ready.Store(true); return s.c.Wake() })
		}, []string{
			"wait=cancelled wake=false left=1",
			"wait=nil wake=false left=1",
			"wait=nil wake=true left=0",
			"wait=nil wake=true left=1",
		}},
		{"waitfor-panics,wake", func(s scene) {
			s.Call("wait", func() (r any) {
				defer func() { r = recover() }()
				s.c.WaitFor(background, func() bool { panic("mine") })
				return
			})
			s.wake()
		}, []string{
			"wait=mine wake=false left=1",
			"wait=mine wake=true left=1",
		}},
	})
}
