//go:build explore

package subscribe_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// word is an error as a word.
func word(err error) any {
	for _, w := range []struct {
		err  error
		name string
	}{
		{waitcell.ErrReplaced, "replaced"},
		{subscribe.ErrPending, "pending"},
		{subscribe.ErrEnded, "ended"},
		{context.Canceled, "cancelled"},
		{rouse.ErrClosed, "closed"},
	} {
		if errors.Is(err, w.err) {
			return w.name
		}
	}
	if err == nil {
		return "nil"
	}
	return err
}

// A scene is some cells, and the threads that use them.
type scene struct {
	*explore.Env
	cells [2]*waitcell.Cell
}

func (s scene) wake(i int)  { s.Call(fmt.Sprint("wake", i), func() any { return s.cells[i].Wake() }) }
func (s scene) close(i int) { s.Call(fmt.Sprint("close", i), func() any { return s.cells[i].Close() }) }

// left tells what is left in a cell at the end.
func (s scene) left(i int) any {
	woken, _ := s.cells[i].Poll()
	switch state := s.cells[i].State().String(); {
	case state != "WAITING" && state != "CLOSED":
		return state
	case woken:
		return 1
	}
	return 0
}

// A play is a scenario; its outcomes are all those that may be.
type play struct {
	name  string
	cells int
	first bool
	stage func(scene)
	legal []string
}

// search searches plays, each with cells that have had a waiter; those marked first also
// with cells that have not.
func search(t *testing.T, plays []play) {
	for _, p := range plays {
		explore.Run(t, p.scenario(p.name, true))
		if p.first {
			explore.Run(t, p.scenario(p.name+"/first", false))
		}
	}
}

func (p play) scenario(name string, again bool) explore.Scenario {
	return explore.Scenario{Name: name, Legal: p.legal, Build: func(e *explore.Env) {
		s := scene{Env: e}
		for i := range s.cells {
			s.cells[i] = new(waitcell.Cell)
			e.Name(fmt.Sprint("cell", i), s.cells[i], func(v any) string {
				if w, ok := v.(uint32); ok {
					return fmt.Sprintf("%v %d", waitcell.State(w&0xff), w>>8)
				}
				return ""
			})
		}
		if again {
			ctx, cancel := context.WithCancel(background)
			cancel()
			if p.cells == 2 {
				subscribe.Any(ctx, s.cells[0], s.cells[1]) // joins, and is cancelled
			} else {
				subscribe.Do(ctx, s.cells[0], func() error { return nil })
			}
		}
		p.stage(s)
		for i := range p.cells {
			e.Final(fmt.Sprint("left", i), func() any { return s.left(i) })
		}
	}}
}

var background = context.Background()

func sources(cells []*waitcell.Cell) (srcs []subscribe.Source) {
	for _, c := range cells {
		srcs = append(srcs, c)
	}
	return srcs
}

// Any begins its search at a random source, for which the explorer cannot choose. So between Any
// and its registrations stands a deck. In each round of Takes it is cut so that the first to be
// asked is the one that the explorer has chosen, wherever Any began.
type deck struct {
	env   *explore.Env
	cards []card
	cut   int
	asked int
}

type card struct {
	park.Registration
	t park.Ticket
}

// A seat is what Any takes for the i-th source and its registration.
type seat struct {
	d   *deck
	src subscribe.Source
	i   int
}

func (s seat) Subscribe() subscribe.Subscription {
	c := s.card()
	c.Registration, c.t = subscribe.Parts(s.src.Subscribe())
	return subscribe.New(s, 0)
}

func (s seat) Take(_ park.Ticket, token bool) error {
	n := len(s.d.cards)
	if s.d.asked%n == 0 {
		s.d.cut = (s.d.env.Choose(n) - s.i + n) % n
	}
	s.d.asked++
	c := s.d.cards[(s.i+s.d.cut)%n]
	return c.Take(c.t, token)
}

func (s seat) Join(_ park.Ticket, to park.Sleeper) (r park.Registration, t park.Ticket, moved bool) {
	c := s.card()
	if j, ok := c.Registration.(park.Joiner); ok {
		c.Registration, c.t, moved = j.Join(c.t, to)
	}
	return s, 0, moved
}

func (s seat) card() *card               { return &s.d.cards[s.i] }
func (s seat) C() <-chan struct{}        { return s.card().C() }
func (s seat) Expose(park.Ticket)        { s.card().Expose(s.card().t) }
func (s seat) Peek(park.Ticket) error    { return s.card().Peek(s.card().t) }
func (s seat) Withdraw(park.Ticket) bool { return s.card().Withdraw(s.card().t) }
func (s seat) Cancel(park.Ticket)        { s.card().Cancel(s.card().t) }
func (s seat) Sleeper() park.Sleeper     { return s.card().Registration.(park.Joiner).Sleeper() }

func (s scene) any(ctx context.Context, srcs []subscribe.Source) any {
	d := &deck{env: s.Env, cards: make([]card, len(srcs))}
	var seats []subscribe.Source
	for i, src := range srcs {
		seats = append(seats, seat{d, src, i})
	}
	i, err := subscribe.Any(ctx, seats...)
	if i >= 0 {
		i = (i + d.cut) % len(srcs)
	}
	return fmt.Sprint(i, ",", word(err))
}

// registered is a source with which the caller is registered before the threads start: how
// that goes beside wakes is another scenario's, and this one's executions are fewer.
type registered struct{ sub subscribe.Subscription }

func (r registered) Subscribe() subscribe.Subscription { return r.sub }

func (s scene) registered() (srcs []subscribe.Source) {
	for _, c := range s.cells {
		srcs = append(srcs, registered{c.Subscribe()})
	}
	return srcs
}

func TestEveryUntil(t *testing.T) {
	search(t, []play{
		{"do,wake", 1, false, func(s scene) {
			var asked atom.Bool
			s.Call("do", func() any {
				return word(subscribe.Do(background, s.cells[0], func() error { asked.Store(true); return nil }))
			})
			s.Call("device", func() any {
				for !asked.Load() {
					park.Yield()
				}
				return s.cells[0].Wake()
			})
		}, []string{
			"do=nil device=true left0=0",
		}},
		{"do-fails,wake", 1, false, func(s scene) {
			s.Call("do", func() any {
				return word(subscribe.Do(background, s.cells[0], func() error { return context.Canceled }))
			})
			s.wake(0)
		}, []string{
			"do=cancelled wake0=false left0=1",
			"do=cancelled wake0=true left0=1",
		}},
		{"until,set-wake,wake", 1, true, func(s scene) {
			var ready atom.Bool
			s.Call("until", func() any { return word(subscribe.Until(background, s.cells[0], ready.Load)) })
			s.Call("set", func() any { ready.Store(true); return s.cells[0].Wake() })
			s.wake(0)
		}, []string{
			"until=nil set=false wake0=false left0=1",
			"until=nil set=false wake0=true left0=1",
			"until=nil set=true wake0=false left0=0",
			"until=nil set=true wake0=false left0=1",
			"until=nil set=true wake0=true left0=0",
			"until=nil set=true wake0=true left0=1",
		}},
		{"until,set-close", 1, false, func(s scene) {
			var ready atom.Bool
			s.Call("until", func() any { return word(subscribe.Until(background, s.cells[0], ready.Load)) })
			s.Call("set", func() any { ready.Store(true); return s.cells[0].Close() })
		}, []string{
			"until=nil set=false left0=0",
			"until=nil set=true left0=0",
		}},
		{"until,close", 1, false, func(s scene) {
			s.Call("until", func() any {
				return word(subscribe.Until(background, s.cells[0], func() bool { return false }))
			})
			s.close(0)
		}, []string{
			"until=closed close0=false left0=0",
			"until=closed close0=true left0=0",
		}},
		{"until-value,set-wake", 1, false, func(s scene) {
			var ready atom.Bool
			var value atom.Guarded[int]
			s.Call("until", func() any {
				v, err := subscribe.UntilValue(background, s.cells[0], func() (int, bool) {
					if ready.Load() {
						return value.Get(), true
					}
					return 0, false
				})
				return fmt.Sprint(v, ",", word(err))
			})
			s.Call("set", func() any {
				value.Set(7)
				ready.Store(true)
				return s.cells[0].Wake()
			})
		}, []string{
			"until=7,nil set=false left0=1",
			"until=7,nil set=true left0=0",
			"until=7,nil set=true left0=1",
		}},
		{"events,wake-close", 1, false, func(s scene) {
			s.Call("events", func() (r any) {
				for n, err := range subscribe.Events(background, s.cells[0]) {
					r = fmt.Sprint(n, ",", word(err))
				}
				return r
			})
			s.Go("source", func() {
				s.cells[0].Wake()
				s.cells[0].Close()
			})
		}, []string{
			"events=1,closed left0=0",
		}},
		{"events-break,two-wakes", 1, false, func(s scene) {
			s.Call("events", func() any {
				for n := range subscribe.Events(background, s.cells[0]) {
					return n
				}
				return nil
			})
			s.Call("wakes", func() any {
				w := s.cells[0].Wake()
				return fmt.Sprint(w, ",", s.cells[0].Wake())
			})
		}, []string{
			"events=1 wakes=false,false left0=0",
			"events=1 wakes=false,false left0=1",
			"events=1 wakes=false,true left0=1",
			"events=1 wakes=true,false left0=1",
			"events=1 wakes=true,true left0=1",
		}},
	})
}

// joined registers with the first cell before the threads start, and returns a function that
// moves the registration to another sleeper, as Any does.
func (s scene) joined() func() subscribe.Subscription {
	r, t := subscribe.Parts(s.cells[0].Subscribe())
	return func() subscribe.Subscription {
		r, t, _ := r.(park.Joiner).Join(t, park.Sleeper{})
		return subscribe.New(r, t)
	}
}

func TestEveryJoin(t *testing.T) {
	wait := func(s scene, join func() subscribe.Subscription, ctx context.Context) *explore.Thread {
		return s.Call("join", func() any { return word(join().Wait(ctx)) })
	}
	search(t, []play{
		{"join,wake", 1, true, func(s scene) {
			wait(s, s.joined(), background)
			s.wake(0)
		}, []string{
			"join=nil wake0=false left0=0",
			"join=nil wake0=true left0=0",
		}},
		{"join,wake,wake", 1, false, func(s scene) {
			wait(s, s.joined(), background)
			s.wake(0)
			s.wake(0)
		}, []string{
			"join=nil wake0=false wake0=false left0=0",
			"join=nil wake0=false wake0=false left0=1",
			"join=nil wake0=false wake0=true left0=1",
			"join=nil wake0=true wake0=false left0=1",
		}},
		{"join,close", 1, false, func(s scene) {
			wait(s, s.joined(), background)
			s.close(0)
		}, []string{
			"join=closed close0=false left0=0",
			"join=closed close0=true left0=0",
		}},
		{"join,wake,close", 1, false, func(s scene) {
			wait(s, s.joined(), background)
			s.wake(0)
			s.close(0)
		}, []string{
			"join=closed wake0=false close0=false left0=0",
			"join=closed wake0=false close0=true left0=0",
			"join=nil wake0=false close0=false left0=0",
			"join=nil wake0=true close0=false left0=0",
		}},
		{"join,cancel,wake", 1, false, func(s scene) {
			ctx, cancel := s.Context()
			wait(s, s.joined(), ctx)
			s.Go("cancel", cancel)
			s.wake(0)
		}, []string{
			"join=cancelled wake0=false left0=1",
			"join=nil wake0=false left0=0",
			"join=nil wake0=true left0=0",
		}},
		{"join,wait,wake", 1, false, func(s scene) {
			wait(s, s.joined(), background).MaySleep()
			s.Call("wait", func() any { return word(s.cells[0].Wait(background)) }).MaySleep()
			s.wake(0)
		}, []string{
			"join=asleep wait=nil wake0=false left0=PARKED", // stored while the move was under way, and taken
			"join=nil wait=asleep wake0=false left0=PARKED",
			"join=nil wait=asleep wake0=true left0=PARKED",
			"join=replaced wait=nil wake0=false left0=0",
			"join=replaced wait=nil wake0=true left0=0",
		}},
		{"join,poll,wake", 1, false, func(s scene) {
			wait(s, s.joined(), background).MaySleep()
			s.Call("poll", func() any { woken, _ := s.cells[0].Poll(); return woken })
			s.wake(0)
		}, []string{
			"join=asleep poll=true wake0=false left0=PARKED",
			"join=nil poll=false wake0=false left0=0",
			"join=nil poll=false wake0=true left0=0",
		}},
		{"join-cancel-wait,wake", 1, false, func(s scene) {
			join := s.joined()
			s.Call("join", func() any {
				join().Cancel()
				return word(s.cells[0].Wait(background))
			})
			s.wake(0)
		}, []string{
			"join=nil wake0=false left0=0",
			"join=nil wake0=true left0=0",
		}},
		{"join,subscribe,wake", 1, false, func(s scene) {
			wait(s, s.joined(), background).MaySleep()
			var other subscribe.Subscription
			s.Go("other", func() { other = s.cells[0].Subscribe() })
			s.wake(0)
			s.Final("other", func() any { return word(other.Err()) })
		}, []string{
			"join=nil wake0=false other=pending left0=PARKED",
			"join=nil wake0=true other=pending left0=PARKED",
			"join=replaced wake0=false other=nil left0=0",
			"join=replaced wake0=true other=nil left0=0",
		}},
	})
}

func TestEveryAnyAndAll(t *testing.T) {
	search(t, []play{
		{"any,wake0", 2, true, func(s scene) {
			s.Call("any", func() any { return s.any(background, sources(s.cells[:])) })
			s.wake(0)
		}, []string{
			"any=0,nil wake0=false left0=0 left1=0",
			"any=0,nil wake0=true left0=0 left1=0",
		}},
		{"any,wake0,wake1", 2, false, func(s scene) {
			srcs := s.registered()
			s.Call("any", func() any { return s.any(background, srcs) })
			s.wake(0)
			s.wake(1)
		}, []string{
			"any=0,nil wake0=false wake1=false left0=0 left1=1",
			"any=0,nil wake0=false wake1=true left0=0 left1=1",
			"any=0,nil wake0=true wake1=false left0=0 left1=1",
			"any=0,nil wake0=true wake1=true left0=0 left1=1",
			"any=1,nil wake0=false wake1=false left0=1 left1=0",
			"any=1,nil wake0=false wake1=true left0=1 left1=0",
			"any=1,nil wake0=true wake1=false left0=1 left1=0",
			"any=1,nil wake0=true wake1=true left0=1 left1=0",
		}},
		{"any,cancel,wake0", 2, false, func(s scene) {
			srcs := s.registered()
			ctx, cancel := s.Context()
			s.Call("any", func() any { return s.any(ctx, srcs) })
			s.Go("cancel", cancel)
			s.wake(0)
		}, []string{
			"any=-1,cancelled wake0=false left0=1 left1=0",
			"any=-1,cancelled wake0=true left0=1 left1=0",
			"any=0,nil wake0=false left0=0 left1=0",
			"any=0,nil wake0=true left0=0 left1=0",
		}},
		{"any,close0,wake1", 2, false, func(s scene) {
			srcs := s.registered()
			s.Call("any", func() any { return s.any(background, srcs) })
			s.close(0)
			s.wake(1)
		}, []string{
			"any=0,closed close0=false wake1=false left0=0 left1=1",
			"any=0,closed close0=false wake1=true left0=0 left1=1",
			"any=0,closed close0=true wake1=false left0=0 left1=1",
			"any=0,closed close0=true wake1=true left0=0 left1=1",
			"any=1,nil close0=false wake1=false left0=0 left1=0",
			"any=1,nil close0=false wake1=true left0=0 left1=0",
			"any=1,nil close0=true wake1=false left0=0 left1=0",
			"any=1,nil close0=true wake1=true left0=0 left1=0",
		}},
		{"any,wait0", 2, false, func(s scene) {
			srcs := s.registered()
			s.Call("any", func() any { return s.any(background, srcs) })
			s.Call("wait", func() any { return word(s.cells[0].Wait(background)) }).MaySleep()
		}, []string{
			"any=0,replaced wait=asleep left0=PARKED left1=0",
		}},
		{"any-then-any,wake0", 2, false, func(s scene) {
			srcs := s.registered()
			over, cancel := s.Context()
			cancel()
			s.Call("any", func() any {
				a := s.any(background, srcs)
				return fmt.Sprint(a, ";", s.any(over, sources(s.cells[:])))
			})
			s.wake(0)
		}, []string{
			"any=0,nil;-1,cancelled wake0=false left0=0 left1=0",
			"any=0,nil;-1,cancelled wake0=true left0=0 left1=0",
		}},
		{"all,wake0,wake1", 2, true, func(s scene) {
			srcs := s.registered()
			s.Call("all", func() any { return word(subscribe.All(background, srcs...)) })
			s.wake(0)
			s.wake(1)
		}, []string{
			"all=nil wake0=false wake1=false left0=0 left1=0",
			"all=nil wake0=false wake1=true left0=0 left1=0",
			"all=nil wake0=true wake1=false left0=0 left1=0",
			"all=nil wake0=true wake1=true left0=0 left1=0",
		}},
		{"all,cancel,wake0", 2, false, func(s scene) {
			srcs := s.registered()
			ctx, cancel := s.Context()
			s.Call("all", func() any { return word(subscribe.All(ctx, srcs...)) })
			s.Go("cancel", cancel)
			s.wake(0)
		}, []string{
			"all=cancelled wake0=false left0=1 left1=0",
			"all=cancelled wake0=true left0=1 left1=0",
		}},
		{"all,wake0,close1", 2, false, func(s scene) {
			srcs := s.registered()
			s.Call("all", func() any { return word(subscribe.All(background, srcs...)) })
			s.wake(0)
			s.close(1)
		}, []string{
			"all=closed wake0=false close1=false left0=1 left1=0",
			"all=closed wake0=false close1=true left0=1 left1=0",
			"all=closed wake0=true close1=false left0=1 left1=0",
			"all=closed wake0=true close1=true left0=1 left1=0",
		}},
	})
}
