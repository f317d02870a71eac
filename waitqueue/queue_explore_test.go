//go:build explore

package waitqueue_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/spin"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// A line is a queue, the threads that use it, and an account of what they did. The
// account is plain memory: no step of the search.
type line struct {
	*explore.Env
	q *waitqueue.Queue

	stored  int // wakes of Wake that were issued before any close
	present int // wakes that found a waiter: Signal, WakeN
	took    int // waits that returned nil
	all     int // what WakeAll counted
	shut    int // what Close counted
	closed  int // waits that returned the closed error
}

func (l *line) wait(name string) *explore.Thread {
	return l.Go(name, func() { l.note(l.q.Wait(context.Background())) })
}

func (l *line) note(err error) {
	switch {
	case err == nil:
		l.took++
	case errors.Is(err, rouse.ErrClosed):
		l.closed++
	}
}

func (l *line) cancellable(name string) {
	ctx, cancel := l.Context()
	l.Go(name, func() { l.note(l.q.Wait(ctx)) })
	l.Go("cancel "+name, cancel)
}

func (l *line) wake()     { l.Go("wake", func() { l.q.Wake(); l.stored++ }) }
func (l *line) wakeLast() { l.Go("wakeLast", func() { l.q.WakeLast(); l.stored++ }) }
func (l *line) signal() {
	l.Go("signal", func() {
		if l.q.Signal() {
			l.present++
		}
	})
}
func (l *line) wakeAll() { l.Go("wakeAll", func() { l.all += l.q.WakeAll() }) }
func (l *line) close()   { l.Go("close", func() { l.shut += l.q.Close() }) }

// permit takes the stored permit, and reports whether there was one; and a queue never
// has a permit and a waiter at once.
func (l *line) permit() int {
	if s := l.q.State(); s&1 != 0 && l.q.Len() > 0 {
		l.Errorf("a permit beside a waiter: %v", s)
	}
	if ok, _ := l.q.Poll(); ok {
		return 1
	}
	return 0
}

type play struct {
	name  string
	stage func(*line)
	check func(*line)
}

// perform searches each play three times: where nodes must be made, where there are
// some, and with waits that look before they sleep.
func perform(t *testing.T, plays []play) {
	defer spin.Passes.Store(false)
	for _, p := range plays {
		for _, how := range []string{"first", "again", "looking"} {
			name, again := p.name+"/"+how, how != "first"
			spin.Passes.Store(how == "looking")
			explore.Run(t, explore.Scenario{Name: name, Build: func(e *explore.Env) {
				l := &line{Env: e, q: new(waitqueue.Queue)}
				if again { // the nodes are there
					a, b := l.q.Subscribe(), l.q.Subscribe()
					a.Cancel()
					b.Cancel()
				}
				e.Name("queue", l.q, nil)
				p.stage(l)
				e.Check(func() { p.check(l) })
			}})
		}
	}
}

// conserved: each wake of Wake ends in one wait or in the permit, where they become one.
func conserved(l *line) {
	if got := l.took + l.permit(); got > l.stored || got == 0 && l.stored > 0 {
		l.Errorf("%d wakes, %d taken or stored", l.stored, got)
	}
}

func TestEveryQueueWakeAndCancel(t *testing.T) {
	perform(t, []play{
		{"wake,wait", func(l *line) { l.wait("a"); l.wake() }, conserved},
		{"wake,wake,wait,wait", func(l *line) {
			l.wait("a").MaySleep()
			l.wait("b").MaySleep()
			l.wake()
			l.wake()
		}, conserved},
		{"wait,cancel,wake", func(l *line) { l.cancellable("a"); l.wake() }, conserved},
		{"wait,cancel,wake,wait", func(l *line) {
			l.cancellable("a")
			l.wait("b").MaySleep()
			l.wake()
		}, conserved},
		{"subscribe+cancel,wake,wait", func(l *line) {
			l.Go("sub", func() { l.q.Subscribe().Cancel() })
			l.wait("a")
			l.wake()
		}, conserved},
		{"subscribe+cancel,wakeLast,wait", func(l *line) {
			l.Go("sub", func() { l.q.Subscribe().Cancel() })
			l.wait("a")
			l.wakeLast()
		}, conserved},
		{"wait,cancel,signal,wait", func(l *line) {
			l.cancellable("a")
			l.wait("b").MaySleep()
			l.signal()
		}, func(l *line) {
			if l.took > l.present || l.permit() != 0 {
				l.Errorf("%d signals, %d taken, or a permit", l.present, l.took)
			}
			if l.present == 1 && l.took == 0 && l.q.Len() == 1 {
				l.Errorf("a signal was not handed on, and one sleeps")
			}
		}},
		{"bound,cancel,wake", func(l *line) {
			ctx, cancel := l.Context()
			b := l.q.Bind(ctx)
			l.Go("bound", func() { l.note(b.Wait()) })
			l.Go("cancel", cancel)
			l.wake()
		}, conserved},
	})
}

// A spare node has no token: whoever serves again gets its own, and no other.
func TestEveryQueueTokenIsGone(t *testing.T) {
	check := func(l *line) {
		s := l.q.Subscribe()
		select {
		case <-s.C():
			if err := s.Err(); err == subscribe.ErrPending {
				l.Errorf("C delivered for nothing")
			}
		default:
		}
		s.Cancel()
	}
	perform(t, []play{
		{"subscribe+C+cancel,signal", func(l *line) {
			l.Go("sub", func() { s := l.q.Subscribe(); s.C(); s.Cancel() })
			l.signal()
		}, check},
		{"subscribe+C+err,wakeAll", func(l *line) {
			l.Go("sub", func() { s := l.q.Subscribe(); s.C(); s.Err(); s.Cancel() })
			l.wakeAll()
		}, check},
		{"subscribe+C+cancel,wakeAll,wait", func(l *line) {
			l.Go("sub", func() { s := l.q.Subscribe(); s.C(); s.Cancel() })
			l.wait("a").MaySleep()
			l.wakeAll()
		}, check},
	})
}

func TestEveryQueueBroadcastAndClose(t *testing.T) {
	counts := func(l *line) {
		if l.took != l.all || l.closed < l.shut {
			l.Errorf("WakeAll %d, Close %d; woken %d, closed %d", l.all, l.shut, l.took, l.closed)
		}
	}
	perform(t, []play{
		{"wakeAll,wait,wait", func(l *line) {
			l.wait("a").MaySleep()
			l.wait("b").MaySleep()
			l.wakeAll()
		}, counts},
		// A permit that is stored beside a broadcast stays.
		{"wakeAll,wake,wake,wait", func(l *line) {
			l.wait("a")
			l.wakeAll()
			for range 2 {
				l.Go("wake", func() {
					if l.q.Wake() {
						l.present++
					}
				})
			}
		}, func(l *line) {
			if l.present+l.all > 0 && l.permit() == 0 {
				l.Errorf("a permit was lost: %v", l.q.State())
			}
		}},
		{"wakeAll,close,wait", func(l *line) { l.wait("a"); l.wakeAll(); l.close() }, counts},
		{"wakeAll,close,wait,wait", func(l *line) {
			l.wait("a")
			l.wait("b")
			l.wakeAll()
			l.close()
		}, counts},
		// One broadcast does not end two waits of one goroutine.
		{"wakeAll,wait+wait", func(l *line) {
			l.Go("waits", func() {
				l.note(l.q.Wait(context.Background()))
				l.note(l.q.Wait(context.Background()))
			}).MaySleep()
			l.wakeAll()
		}, counts},
		// A wake handed on after a close is stored, and the close stays.
		{"subscribe+cancel,wake,close", func(l *line) {
			l.Go("sub", func() { l.q.Subscribe().Cancel() })
			l.Go("wake", func() { l.q.Wake() })
			l.close()
		}, func(l *line) {
			l.q.Poll()
			if !l.q.Closed() || l.q.Len() != 0 {
				l.Errorf("%v after a close", l.q.State())
			}
			if _, err := l.q.Poll(); !errors.Is(err, rouse.ErrClosed) {
				l.Errorf("%v after a close", err)
			}
		}},
		{"wake,close,wait", func(l *line) {
			l.wait("a")
			l.Go("wake", func() { l.q.Wake() })
			l.close()
		}, func(l *line) {
			if l.took+l.closed != 1 {
				l.Errorf("woken %d, closed %d", l.took, l.closed)
			}
		}},
	})
}

// locker is a lock that the search knows.
type locker struct{ atom.Mutex }

var _ sync.Locker = (*locker)(nil)

func TestEveryCond(t *testing.T) {
	t.Run("sleeping", everyCond)
	spin.Passes.Store(true)
	defer spin.Passes.Store(false)
	t.Run("looking", everyCond)
}

func everyCond(t *testing.T) {
	signalled := func(signal func(*waitqueue.Cond), wait func(*waitqueue.Cond, context.Context)) func(e *explore.Env) {
		return func(e *explore.Env) {
			var l locker
			c := waitqueue.NewCond(&l)
			ready := false // guarded by l
			ctx, _ := e.Context()
			e.Go("wait", func() {
				l.Lock()
				for !ready {
					wait(c, ctx)
				}
				l.Unlock()
			})
			e.Go("signal", func() {
				l.Lock()
				ready = true
				l.Unlock()
				signal(c)
			})
		}
	}
	plain := func(c *waitqueue.Cond, _ context.Context) { c.Wait() }
	patient := func(c *waitqueue.Cond, ctx context.Context) { c.WaitContext(ctx) } // nobody ends ctx
	explore.Run(t,
		explore.Scenario{Name: "signal after the unlock", Build: signalled((*waitqueue.Cond).Signal, plain)},
		explore.Scenario{Name: "broadcast after the unlock", Build: signalled((*waitqueue.Cond).Broadcast, plain)},
		explore.Scenario{Name: "signal after the unlock, a context", Build: signalled((*waitqueue.Cond).Signal, patient)},
		// A signal that chose a waiter which is cancelled goes to the other one.
		explore.Scenario{Name: "cancelled, another waits", Build: func(e *explore.Env) {
			var l locker
			c := waitqueue.NewCond(&l)
			items := 0 // guarded by l
			ctx, cancel := e.Context()
			get := func(ctx context.Context) {
				l.Lock()
				for items == 0 {
					if c.WaitContext(ctx) != nil {
						l.Unlock()
						return
					}
				}
				items--
				l.Unlock()
			}
			e.Go("a", func() { get(ctx) })
			e.Go("b", func() { get(context.Background()) }).MaySleep()
			e.Go("cancel", cancel)
			e.Go("put", func() {
				l.Lock()
				items++
				c.Signal()
				l.Unlock()
			})
			e.Check(func() {
				if s := c.Subscribe(); items == 1 && s.Err() == subscribe.ErrPending && waitqueue.QueueOf(c).Len() == 2 {
					e.Errorf("an item is there, and one sleeps")
				}
			})
		}},
		explore.Scenario{Name: "close", Build: func(e *explore.Env) {
			var l locker
			c := waitqueue.NewCond(&l)
			e.Go("wait", func() {
				l.Lock()
				if err := c.WaitContext(context.Background()); err != nil && !errors.Is(err, rouse.ErrClosed) {
					e.Errorf("%v", err)
				}
				l.Unlock()
			})
			e.Go("signal", c.Signal)
			e.Go("close", func() { c.Close() })
		}},
	)
}

// A value is received, or refused, and never both or neither.
func TestEveryMapValue(t *testing.T) {
	explore.Run(t,
		explore.Scenario{Name: "wait,cancel,wake", Build: func(e *explore.Env) {
			var m waitqueue.Map[int, int]
			ctx, cancel := e.Context()
			ticket, _ := m.Register(1)
			sent, got := false, 0
			e.Go("wait", func() { got, _ = ticket.Wait(ctx) })
			e.Go("cancel", cancel)
			e.Go("wake", func() { sent = m.Wake(1, 7) })
			e.Check(func() {
				if sent != (got == 7) {
					e.Errorf("Wake %v, and %d received", sent, got)
				}
			})
		}},
		explore.Scenario{Name: "cancel,wake,close", Build: func(e *explore.Env) {
			var m waitqueue.Map[int, int]
			ticket, _ := m.Register(1)
			sent := false
			e.Go("cancel", func() { ticket.Cancel() })
			e.Go("wake", func() { sent = m.Wake(1, 7) })
			e.Go("close", func() { m.Close() })
			e.Check(func() {
				if v, err := ticket.Value(); sent != (v == 7 && err == nil) {
					e.Errorf("Wake %v, and %d, %v received", sent, v, err)
				}
			})
		}},
		// Whoever begins to watch, and whoever delivers: the token comes from one of them.
		explore.Scenario{Name: "wait,wake", Build: func(e *explore.Env) {
			var m waitqueue.Map[int, int]
			ticket, _ := m.Register(1)
			got := 0
			e.Go("wait", func() { got, _ = ticket.Wait(context.Background()) })
			e.Go("wake", func() { m.Wake(1, 7) })
			e.Check(func() {
				if got != 7 {
					e.Errorf("%d received", got)
				}
			})
		}},
		explore.Scenario{Name: "C,wake", Build: func(e *explore.Env) {
			var m waitqueue.Map[int, int]
			ticket, _ := m.Register(1)
			e.Go("C", func() { ticket.C() })
			e.Go("wake", func() { m.Wake(1, 7) })
			e.Check(func() {
				select {
				case <-ticket.C():
				default:
					e.Errorf("woken, and C does not deliver")
				}
				if v, err := ticket.Value(); v != 7 || err != nil {
					e.Errorf("%d, %v received", v, err)
				}
			})
		}},
		explore.Scenario{Name: "C+value,wake,register again", Build: func(e *explore.Env) {
			var m waitqueue.Map[int, int]
			e.Go("wait", func() {
				ticket, _ := m.Register(1)
				ticket.C()
				if _, err := ticket.Value(); err == subscribe.ErrPending {
					ticket.Cancel()
				}
			})
			e.Go("wake", func() { m.Wake(1, 7) })
			e.Check(func() {
				ticket, err := m.Register(2)
				if err != nil {
					e.Errorf("%v", err)
				}
				select {
				case <-ticket.C():
					e.Errorf("C delivered for nothing")
				default:
				}
			})
		}},
	)
}
