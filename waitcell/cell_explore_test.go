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
	"github.com/rouse-go/rouse/waitcell"
)

// What a wait returned, as a word.
func result(err error) any {
	switch {
	case err == nil:
		return "nil"
	case errors.Is(err, waitcell.ErrReplaced):
		return "replaced"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, errCause):
		return "cause1"
	case errors.Is(err, errAbort):
		return "cause2"
	case errors.Is(err, rouse.ErrClosed):
		return "closed"
	}
	return err
}

// show prints a cell's word.
func show(v any) string {
	if s, ok := v.(uint32); ok {
		return fmt.Sprintf("%v %d", waitcell.State(s&0xff), s>>8)
	}
	return ""
}

// A setting is a cell, and what the threads of a scenario do with it.
type setting struct {
	*explore.Env
	c *waitcell.Cell
}

func (s setting) wake() { s.Call("wake", func() any { return s.c.Wake() }) }
func (s setting) close() {
	s.Call("close", func() any { return s.c.Close() })
}
func (s setting) wait(name string) *explore.Thread {
	return s.Call(name, func() any { return result(s.c.Wait(bg)) })
}

// left tells whether a wake is stored at the end, and that nothing else is left behind.
func (s setting) left() {
	s.Final("left", func() any {
		woken, _ := s.c.Poll()
		if st := s.c.State().String(); st != "WAITING" && st != "CLOSED" {
			s.Errorf("the cell was left %s", st)
		}
		if woken {
			return 1
		}
		return 0
	})
}

// Scenarios with a cell that never had a waiter, and with one that did: the first makes a
// record, the second uses it again.
func both(t *testing.T, name string, build func(setting), legal ...string) {
	for _, primed := range []bool{false, true} {
		n := name + "-first"
		if primed {
			n = name + "-again"
		}
		explore.Run(t, explore.Scenario{Name: n, Legal: legal, Build: func(e *explore.Env) {
			s := setting{e, new(waitcell.Cell)}
			if primed {
				sub := s.c.Subscribe()
				s.c.Wake()
				sub.Wait(bg)
			}
			e.Name("cell", s.c, show)
			build(s)
			s.left()
		}})
	}
}

// Every interleaving of two or three operations on one cell. The outcomes are all
// those that may be: what each operation returned, and what wake is left in the cell.
func TestEveryInterleaving(t *testing.T) {
	both(t, "wake-wait", func(s setting) {
		s.wait("wait")
		s.wake()
	})
	both(t, "wake-wake-wait", func(s setting) {
		s.wait("wait")
		s.wake()
		s.wake()
	})
	both(t, "wait-cancel-wake", func(s setting) {
		ctx, cancel := s.Context()
		s.Call("wait", func() any { return result(s.c.Wait(ctx)) })
		s.Go("cancel", cancel)
		s.wake()
	})
	both(t, "timeout-wake", func(s setting) {
		s.Call("wait", func() any { return result(s.c.WaitTimeout(time.Second)) })
		s.wake()
	})
	both(t, "wait-wait-wake", func(s setting) {
		s.wait("a").MaySleep()
		s.wait("b").MaySleep()
		s.wake()
	})
	both(t, "wait-wait-wake-wake", func(s setting) {
		s.wait("a").MaySleep()
		s.wait("b").MaySleep()
		s.wake()
		s.wake()
	})
	both(t, "subscribe-cancel-wake", func(s setting) {
		s.Go("subscriber", func() { s.c.Subscribe().Cancel() })
		s.wake()
	})
	both(t, "subscribe-cancel-wake-wait", func(s setting) {
		s.Go("subscriber", func() { s.c.Subscribe().Cancel() })
		s.wait("wait")
		s.wake()
	})
	both(t, "close-wait", func(s setting) {
		s.wait("wait")
		s.close()
	})
	both(t, "close-wake-wait", func(s setting) {
		s.wait("wait")
		s.wake()
		s.close()
	})
	both(t, "closewith-closewith-wait", func(s setting) {
		var order atom.Uint32 // the causes are set before a step of the cell: let one be first
		for i, cause := range []error{errCause, errAbort} {
			s.Call(fmt.Sprint("close", i+1), func() any {
				order.Add(1)
				return s.c.CloseWith(cause)
			})
		}
		s.Call("wait", func() any {
			err := s.c.Wait(bg)
			if again := s.c.Wait(bg); !errors.Is(again, err) {
				s.Errorf("%v, then %v", err, again)
			}
			return result(err)
		})
	})
	both(t, "poll-wake-poll", func(s setting) {
		for _, name := range []string{"a", "b"} {
			s.Call(name, func() any { woken, _ := s.c.Poll(); return woken })
		}
		s.wake()
	})
	both(t, "bound-cancel-wake", func(s setting) {
		ctx, cancel := s.Context()
		b := s.c.Bind(ctx)
		s.Call("wait", func() any { return result(b.Wait()) })
		s.Go("cancel", cancel)
		s.wake()
	})
	both(t, "waitfor-set-wake", func(s setting) {
		var ready atom.Bool
		s.Call("wait", func() any { return result(s.c.WaitFor(bg, ready.Load)) })
		s.Call("wake", func() any { ready.Store(true); return s.c.Wake() })
	})
}
