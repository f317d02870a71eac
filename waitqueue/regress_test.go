package waitqueue_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// What was found wrong once, each by what it did.

// WakeAll saw a waiter, and a close came before it had the lock: it woke nobody, and must not
// make woken ones of those that the close told. First placed by hand, then raced.
func TestLateWakeAllDoesNotTurnClosedIntoWoken(t *testing.T) {
	var q waitqueue.Queue
	s := q.Subscribe()
	want(t, "Close", q.Close(), 1)
	want(t, "the late WakeAll", waitqueue.WakeAllSlow(&q), 0)
	wantErr(t, "the waiter", s.Err(), rouse.ErrClosed)

	for range rounds(50_000) {
		var q waitqueue.Queue
		a, b, c := q.Subscribe(), q.Subscribe(), q.Subscribe()
		woke := make(chan int, 1)
		go func() { woke <- q.WakeAll() }()
		shut := q.Close()
		if got, wanted := outcomes([]sub{a, b, c}), (tally{woken: <-woke, closed: shut}); got != wanted {
			t.Fatalf("the outcomes: %+v, want %+v", got, wanted)
		}
	}
}

// A waiter takes its outcome while its waker stands before, in and behind the kick, the user having the
// channel: whether the node may serve again must not be decided so that a token is left in it.
func TestSpareNodesHaveNoToken(t *testing.T) {
	var q waitqueue.Queue
	var m waitqueue.Map[int, int]
	for i := range rounds(50_000) {
		s := q.Subscribe()
		ticket, _ := m.Register(i)
		together(
			func() { q.Signal(); m.Wake(i, i) },
			func() {
				s.C()
				for s.Err() == subscribe.ErrPending {
					yield()
				}
				ticket.C()
				for _, err := ticket.Value(); err == subscribe.ErrPending; _, err = ticket.Value() {
					yield()
				}
			},
		)
		wantQueue(t, &q, "WAITING")
		wantEntries(t, &m, 0)
	}
}

// A key that cannot be hashed panics, and leaves the map usable.
func TestUnhashableKeyLeavesTheMapUsable(t *testing.T) {
	var m waitqueue.Map[any, int]
	m.Register(0) // an empty map hashes nothing
	for name, f := range map[string]func(){
		"Register": func() { m.Register([]int{1}) },
		"Wait":     func() { m.Wait(bg, []int{1}) },
		"Wake":     func() { m.Wake([]int{1}, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			watch(t, func() string { return "the map's lock is held" })
			func() {
				defer func() {
					if recover() == nil {
						t.Error("it did not panic")
					}
				}()
				f()
			}()
			want(t, "Wake of another key", m.Wake(0, 1), true)
			m.Register(0)
			wantEntries(t, &m, 1)
		})
	}
}

// After the end a ticket's channel delivers at once, and is nobody else's.
func TestTicketChannelAfterTheEnd(t *testing.T) {
	var m waitqueue.Map[int, int]
	ticket, _ := m.Register(1)
	m.Wake(1, 1)
	ticket.Wait(bg)
	other, _ := m.Register(2)
	if ticket.C() == other.C() {
		t.Error("the channel is that of another ticket")
	}
	<-ticket.C()
	other.Cancel()
	<-other.C()
}

// A key that does not equal itself could never be woken: that is told at once.
func TestNaNKeyPanics(t *testing.T) {
	var m waitqueue.Map[float64, int]
	wantPanic(t, "waitqueue: a key", func() { m.Register(math.NaN()) })
	wantPanic(t, "waitqueue: a key", func() { m.Wait(bg, math.NaN()) })
	want(t, "Wake", m.Wake(math.NaN(), 1), false)
	wantEntries(t, &m, 0)
}

// The zero Ticket is one that has ended.
func TestZeroTicket(t *testing.T) {
	var ticket waitqueue.Ticket[int, int]
	<-ticket.C()
	ticket.Cancel()
	_, err := ticket.Value()
	wantErr(t, "Value", err, subscribe.ErrEnded)
	_, err = ticket.Wait(bg)
	wantErr(t, "Wait", err, subscribe.ErrEnded)
}

// The copy of a ticket whose original ended harms nobody who got the entry after it.
func TestStaleTicketHarmsNobody(t *testing.T) {
	for name, end := range map[string]func(*waitqueue.Map[int, int], *waitqueue.Ticket[int, int]){
		"taken":     func(m *waitqueue.Map[int, int], k *waitqueue.Ticket[int, int]) { m.Wake(1, 1); k.Wait(bg) },
		"cancelled": func(m *waitqueue.Map[int, int], k *waitqueue.Ticket[int, int]) { k.Cancel() },
		"expired":   func(m *waitqueue.Map[int, int], k *waitqueue.Ticket[int, int]) { k.Wait(done()) },
	} {
		t.Run(name, func(t *testing.T) {
			for stale, use := range map[string]func(*waitqueue.Ticket[int, int]) error{
				"Cancel": func(k *waitqueue.Ticket[int, int]) error { k.Cancel(); _, err := k.Value(); return err },
				"Value":  func(k *waitqueue.Ticket[int, int]) error { _, err := k.Value(); return err },
				"Wait":   func(k *waitqueue.Ticket[int, int]) error { _, err := k.Wait(bg); return err },
			} {
				var m waitqueue.Map[int, int]
				k, _ := m.Register(1)
				old := *k
				end(&m, k)
				next, _ := m.Register(2) // the same entry, very likely
				wantErr(t, stale, use(&old), subscribe.ErrEnded)
				want(t, "Wake of the next", m.Wake(2, 22), true)
				v, err := next.Wait(bg)
				want(t, "its value", fmt.Sprint(v, err), "22 <nil>")
				wantEntries(t, &m, 0)
			}
		})
	}
}

// A Cond without a Locker tells so before it registers: nobody is left in the line.
func TestCondWithoutLocker(t *testing.T) {
	var c waitqueue.Cond
	const text = "waitqueue: Cond without a Locker"
	wantPanic(t, text, c.Wait)
	wantPanic(t, text, func() { c.WaitContext(bg) })
	wantPanic(t, text, func() { c.WaitContext(done()) })
	wantPanic(t, text, func() { c.WaitTimeout(0) })
	wantPanic(t, text, func() { c.WaitTimeout(1) })
	wantPanic(t, text, func() { c.WaitFor(bg, func() bool { return false }) })
	wantQueue(t, waitqueue.QueueOf(&c), "WAITING")
}

// A node whose kick is still on its way when its wait ends is given up, and another takes its place: the queue's
// places do not run out.
func TestPlacesDoNotRunOut(t *testing.T) {
	for name, end := range map[string]func(subscribe.Subscription){
		"Err":    func(s subscribe.Subscription) { wantErr(t, "Err", s.Err(), nil) },
		"Cancel": subscribe.Subscription.Cancel,
	} {
		t.Run(name, func(t *testing.T) {
			var q waitqueue.Queue
			for range 2 * waitqueue.Keep {
				sub := q.Subscribe()
				kick := waitqueue.SignalUnkicked(&q)
				end(sub)
				kick()
			}
			if all, spare := waitqueue.Spares(&q); all != 1 || spare != 1 {
				t.Errorf("one waiter at a time, and %d nodes stay, %d of them spare", all, spare)
			}
			if err := waitqueue.CheckBooks(&q); err != nil {
				t.Error(err)
			}
		})
	}
}
