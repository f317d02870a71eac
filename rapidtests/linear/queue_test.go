package linear

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// A line is a Queue, or one that is wrong.
type line interface {
	Wait(context.Context) error
	Subscribe() subscription
	Wake() bool
	WakeLast() bool
	Signal() bool
	WakeAll() int
	Poll() (bool, error)
	Len() int
	Close() int
}

type subscription interface {
	Err() error
	Cancel()
}

type right struct{ waitqueue.Queue }

func (q *right) Subscribe() subscription { return q.Queue.Subscribe() }

// outcome is what a wait returned, as the model has it.
func outcome(err error) any {
	switch {
	case err == nil:
		return "woken"
	case errors.Is(err, rouse.ErrClosed):
		return "closed"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, subscribe.ErrPending):
		return "pending"
	}
	return err.Error()
}

// recordLine lets three wait in each way there is, two wake in each way, and then closes q.
func recordLine(q line, seed uint64) *history {
	h := newHistory(seed)
	var ids atomic.Int32
	var cancel atomic.Pointer[context.CancelFunc]
	var wakers atomic.Int32
	wakers.Store(2)
	waiter := func(a *actor) {
		for range 4 {
			id := int(ids.Add(1)) - 1
			switch a.IntN(3) {
			case 0:
				ctx, stop := context.WithCancel(context.Background())
				if a.IntN(2) == 0 {
					cancel.Store(&stop)
				}
				began := a.clock.Add(1)
				out := outcome(q.Wait(ctx))
				ended := a.clock.Add(1)
				a.note(lineOp{"enter", id}, nil, began, ended)
				a.note(lineOp{"leave", id}, out, began, ended)
				stop()
			default:
				var s subscription
				a.call(lineOp{"enter", id}, func() any { s = q.Subscribe(); return nil })
				for range a.IntN(3) {
					if a.call(lineOp{"leave", id}, func() any { return outcome(s.Err()) }) != "pending" {
						s = nil
						break
					}
				}
				if s != nil {
					a.call(lineOp{"cancel", id}, func() any { s.Cancel(); return nil })
				}
			}
		}
	}
	waker := func(a *actor) {
		for range 6 {
			switch a.IntN(8) {
			case 0, 1:
				a.call(lineOp{kind: "wake"}, func() any { return q.Wake() })
			case 2:
				a.call(lineOp{kind: "wakeLast"}, func() any { return q.WakeLast() })
			case 3:
				a.call(lineOp{kind: "signal"}, func() any { return q.Signal() })
			case 4:
				a.call(lineOp{kind: "wakeAll"}, func() any { return q.WakeAll() })
			case 5:
				a.call(lineOp{kind: "poll"}, func() any { ok, _ := q.Poll(); return ok })
			case 6:
				a.call(lineOp{kind: "len"}, func() any { return q.Len() })
			case 7:
				if stop := cancel.Load(); stop != nil {
					(*stop)()
				}
			}
		}
		if wakers.Add(-1) == 0 { // and whoever still waits is sent home
			a.call(lineOp{kind: "close"}, func() any { return q.Close() })
		}
	}
	for i := range 3 {
		h.actor(i, waiter)
	}
	h.actor(3, waker)
	h.actor(4, waker)
	h.run()
	return h
}

func TestQueueIsLinearizable(t *testing.T) {
	accept(t, lineModel, func(seed uint64) *history { return recordLine(new(right), seed) })
}

// What a Queue would be without one of its promises.
type (
	wrongOrder  struct{ right } // Wake takes the newest
	notAtomic   struct{ right } // WakeAll wakes one after another
	dropsTheWay struct{ right } // a cancelled subscription keeps its wake
	forgets     struct{ right } // Poll says that there is a permit, and leaves it there
)

func (q *wrongOrder) Wake() bool { return q.WakeLast() }

func (q *notAtomic) WakeAll() (n int) {
	for q.Signal() {
		n++
		runtime.Gosched()
	}
	return n
}

func (q *dropsTheWay) Subscribe() subscription { return &keeper{q.right.Subscribe()} }

type keeper struct{ subscription }

func (s *keeper) Cancel() {
	if s.Err() != nil {
		s.subscription.Cancel()
	}
}

func (q *forgets) Poll() (bool, error) {
	ok, err := q.right.Poll()
	if ok {
		q.Wake()
	}
	return ok, err
}

func TestWrongQueuesAreCaught(t *testing.T) {
	for name, wrong := range map[string]func() line{
		"wrong order":           func() line { return new(wrongOrder) },
		"broadcast one by one":  func() line { return new(notAtomic) },
		"cancel keeps the wake": func() line { return new(dropsTheWay) },
		"poll does not take":    func() line { return new(forgets) },
	} {
		t.Run(name, func(t *testing.T) {
			refute(t, lineModel, func(seed uint64) *history { return recordLine(wrong(), seed) })
		})
	}
}

func TestForgedQueueHistoriesAreRefuted(t *testing.T) {
	refuteForged(t, lineModel, func(seed uint64) *history { return recordLine(new(right), seed) },
		func(o porcupine.Operation) (porcupine.Operation, string) {
			switch out := o.Output.(type) {
			case bool:
				if kind := o.Input.(lineOp).kind; kind != "poll" {
					o.Output = !out
					return o, kind
				}
			case int:
				o.Output = out + 1
				return o, o.Input.(lineOp).kind
			case string:
				if out == "woken" {
					o.Output = "closed"
					return o, "woken is told closed"
				}
			}
			return o, ""
		})
}
