//go:build explore

package waitqueue_test

import (
	"context"
	"errors"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/waitqueue"
)

// A hall is a Cond in which some wait as the crowd does, and some with a context.
type hall struct {
	*explore.Env
	l locker
	c *waitqueue.Cond

	given  int // signals that found somebody
	all    int // what the broadcasts counted
	shut   int // what Close counted
	took   int // waits that returned nil
	closed int // waits that returned the closed error
}

func (h *hall) wait(name string, ctx context.Context) *explore.Thread {
	return h.Go(name, func() {
		h.l.Lock()
		err := h.c.WaitContext(ctx)
		h.l.Unlock()
		switch {
		case err == nil:
			h.took++
		case errors.Is(err, rouse.ErrClosed):
			h.closed++
		}
	})
}

func (h *hall) patient(name string) *explore.Thread { return h.wait(name, context.Background()) }

func (h *hall) cancellable(name string) *explore.Thread {
	ctx, cancel := h.Context()
	h.Go("cancel "+name, cancel)
	return h.wait(name, ctx)
}

func (h *hall) signal() {
	h.Go("signal", func() {
		if waitqueue.QueueOf(h.c).Signal() {
			h.given++
		}
	})
}
func (h *hall) broadcast() {
	h.Go("broadcast", func() { h.all += waitqueue.QueueOf(h.c).WakeAll() })
}
func (h *hall) close() { h.Go("close", func() { h.shut += h.c.Close() }) }

// Each signal and each place in a broadcast ends one wait, unless somebody was cancelled whose
// signal found nobody to go to; and nobody sleeps whom the books do not count.
func TestEveryCrowd(t *testing.T) {
	for _, p := range []struct {
		name  string
		stage func(*hall)
		lost  int // signals that may end unused
	}{
		{"wait,signal,broadcast", func(h *hall) { h.patient("a").MaySleep(); h.signal(); h.broadcast() }, 0},
		{"wait,wait,signal", func(h *hall) { h.patient("a").MaySleep(); h.patient("b").MaySleep(); h.signal() }, 0},
		{"wait,wait,broadcast", func(h *hall) { h.patient("a").MaySleep(); h.patient("b").MaySleep(); h.broadcast() }, 0},
		{"wait,signal,close", func(h *hall) { h.patient("a"); h.signal(); h.close() }, 0},
		{"wait,broadcast,close", func(h *hall) { h.patient("a"); h.broadcast(); h.close() }, 0},
		{"wait,wait,signal,close", func(h *hall) { h.patient("a"); h.patient("b"); h.signal(); h.close() }, 0},
		{"wait+wait,broadcast,signal", func(h *hall) {
			h.Go("waits", func() {
				for range 2 {
					h.l.Lock()
					h.c.Wait()
					h.l.Unlock()
					h.took++
				}
			}).MaySleep()
			h.broadcast()
			h.signal()
		}, 0},
		// Whoever the signal chose and was cancelled hands it on, to either kind.
		{"wait,cancellable,signal", func(h *hall) {
			h.patient("a").MaySleep()
			h.cancellable("b")
			h.signal()
		}, 0},
		{"subscribe+cancel,wait,signal", func(h *hall) {
			h.Go("sub", func() { h.c.Subscribe().Cancel() })
			h.patient("a").MaySleep()
			h.signal()
		}, 1},
	} {
		explore.Run(t, explore.Scenario{Name: p.name, Build: func(e *explore.Env) {
			h := &hall{Env: e}
			h.c = waitqueue.NewCond(&h.l)
			p.stage(h)
			e.Check(func() {
				if lost := h.given + h.all - h.took; lost < 0 || lost > p.lost {
					e.Errorf("%d signals, %d in broadcasts, %d waits ended", h.given, h.all, h.took)
				}
				if h.closed < h.shut {
					e.Errorf("Close counted %d, and %d waits say so", h.shut, h.closed)
				}
				if err := waitqueue.CheckBooks(waitqueue.QueueOf(h.c)); err != nil {
					e.Errorf("%v", err)
				}
			})
		}})
	}
}
