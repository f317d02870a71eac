package waitqueue_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// Bugs that real libraries of this kind had, each by its number in our list of traps. (The
// eighteenth is in synchronize_test.go.)

// A waiter is woken, the queue is closed, and only then does the waiter give up: handing the wake
// on must leave the queue closed.
func TestTrap8CloseIsNotUndoneByHandOn(t *testing.T) {
	for _, r := range []struct{ script, state string }{
		{"+WCx0", "WOKEN|CLOSED"},
		{"+LCx0", "WOKEN|CLOSED"},
		{"+SCx0", "CLOSED"},
		{"+nCx0", "CLOSED"},
		{"+ACx0", "CLOSED"},
		{"W+Cx0", "WOKEN|CLOSED"},
		{"+WCx0P", "CLOSED"},
		{"++WCx0", "WOKEN|CLOSED"},
	} {
		var q waitqueue.Queue
		_, state, _ := run(t, &q, r.script)
		want(t, r.script, state, r.state)
		want(t, r.script+": Closed", q.Closed(), true)
		q.Poll()
		wantErr(t, r.script+": a later wait", q.Wait(bg), rouse.ErrClosed)
	}
}

// A close that comes while others drain the queue is not overwritten by the state they leave.
// Many take part, and whatever the order, the queue is closed in the end and nobody sleeps.
func TestTrap9CloseBesideDrainStays(t *testing.T) {
	for range rounds(10_000) {
		var q waitqueue.Queue
		subs := enter(&q, 3)
		together(
			func() { q.Close() },
			func() { q.WakeAll(); q.WakeN(9) },
			func() { q.Wake(); subs[0].Cancel(); q.Poll() },
		)
		want(t, "Closed", q.Closed(), true)
		want(t, "Wake after that", q.Wake(), false)
		for _, s := range subs {
			s.Wait(bg)
		}
		q.Poll()
		wantQueue(t, &q, "CLOSED")
	}
}

// WakeAll beside Close neither panics nor miscounts: what each answers is how many got its outcome.
func TestTrap10WakeAllBesideCloseCounts(t *testing.T) {
	for range rounds(20_000) {
		var q waitqueue.Queue
		subs := enter(&q, 3)
		var woke, shut int
		together(func() { woke = q.WakeAll() }, func() { shut = q.Close() })
		want(t, "the outcomes", outcomes(subs), tally{woken: woke, closed: shut})
		want(t, "woken and closed", woke+shut, 3)
		wantQueue(t, &q, "CLOSED")
	}
}

// More waiters than a batch of sixteen, and newcomers during the broadcast: none of those is woken by it,
// or is left where the next wake trips over it.
func TestTrap11NewcomerDuringLongWakeAll(t *testing.T) {
	for range rounds(500) {
		var q waitqueue.Queue
		old := enter(&q, 33)
		var newcomers []sub
		var woke int
		together(
			func() { woke = q.WakeAll() },
			func() { newcomers = enter(&q, 33) },
		)
		want(t, "the old", outcomes(old), tally{woken: 33})
		early := woke - 33
		want(t, "the newcomers", outcomes(newcomers), tally{woken: early, pending: 33 - early})
		want(t, "the next WakeAll", q.WakeAll(), 33-early)
		want(t, "the newcomers then", outcomes(newcomers), tally{woken: 33 - early, ended: early})
		wantQueue(t, &q, "WAITING")
	}
}

// A waiter that a WakeAll has covered does not take a stored permit too.
func TestTrap12BroadcastWaiterLeavesThePermit(t *testing.T) {
	var q waitqueue.Queue
	s := q.Subscribe()
	want(t, "WakeAll", q.WakeAll(), 1)
	want(t, "Wake", q.Wake(), false)
	wantErr(t, "the waiter", s.Wait(bg), nil)
	wantQueue(t, &q, "WOKEN")
	wantErr(t, "the permit", q.Wait(done()), nil)

	c := q.Subscribe()
	q.WakeAll()
	q.Wake()
	c.Cancel() // it had a broadcast, which is no permit
	wantErr(t, "the permit", q.Wait(done()), nil)
	wantQueue(t, &q, "WAITING")
}

// Who asks again after Closed is not told that it was woken.
func TestTrap13ClosedStaysClosed(t *testing.T) {
	var q waitqueue.Queue
	early, m := q.Subscribe(), new(waitqueue.Map[int, int])
	ticket, _ := m.Register(1)
	q.Close()
	m.Close()
	late := q.Subscribe()
	wantErr(t, "first", early.Err(), rouse.ErrClosed)
	for range 3 {
		wantErr(t, "the early one again", early.Err(), subscribe.ErrEnded)
		wantErr(t, "its Wait", early.Wait(bg), subscribe.ErrEnded)
		wantErr(t, "the late one", late.Err(), rouse.ErrClosed)
		wantErr(t, "its Wait", late.Wait(bg), rouse.ErrClosed)
		wantErr(t, "Queue.Wait", q.Wait(bg), rouse.ErrClosed)
		_, err := ticket.Value()
		wantErr(t, "Ticket.Value", err, rouse.ErrClosed)
		_, err = ticket.Wait(bg)
		wantErr(t, "Ticket.Wait", err, rouse.ErrClosed)
	}
}

// A permit that WaitFor was given on registering, its condition being true already, does not
// vanish; and with differing conditions WakeAll reaches them all.
func TestTrap14WaitForKeepsWhatItDidNotNeed(t *testing.T) {
	var q waitqueue.Queue
	yes := func() bool { return true }
	q.Wake()
	wantErr(t, "WaitFor", q.WaitFor(bg, yes), nil)
	wantQueue(t, &q, "WOKEN")
	b := q.Bind(bg)
	defer b.Release()
	wantErr(t, "Bound.WaitFor", b.WaitFor(yes), nil)
	wantQueue(t, &q, "WOKEN")
	v, err := waitqueue.WaitForValue(bg, &q, func() (int, bool) { return 7, true })
	wantErr(t, "WaitForValue", err, nil)
	want(t, "the value", v, 7)
	wantQueue(t, &q, "WOKEN")
	q.Poll()

	var level atomic.Int32
	var wg sync.WaitGroup
	for mine := range int32(8) {
		wg.Go(func() {
			wantErr(t, "WaitFor", q.WaitFor(bg, func() bool { return level.Load() > mine }), nil)
		})
	}
	for range 8 {
		level.Add(1)
		q.WakeAll()
	}
	wg.Wait()
	wantQueue(t, &q, "WAITING")
}

// A value is delivered to a ticket that is cancelled then: it is not dropped. A wake beside a close answers
// false exactly if the value was not delivered. A key can be waited for again and again.
func TestTrap15MapDropsNoValue(t *testing.T) {
	var m waitqueue.Map[string, int]
	ticket, _ := m.Register("a")
	want(t, "Wake", m.Wake("a", 1), true)
	ticket.Cancel()
	v, err := ticket.Value()
	want(t, "the value", v, 1)
	wantErr(t, "Value", err, nil)

	for i := range 3 {
		ticket, err := m.Register("a")
		wantErr(t, "Register", err, nil)
		want(t, "Wake", m.Wake("a", i), true)
		v, err := ticket.Wait(done())
		want(t, "the value", v, i)
		wantErr(t, "Wait", err, nil)
	}

	for i := range rounds(10_000) {
		var m waitqueue.Map[string, int]
		ticket, _ := m.Register("a")
		var sent bool
		together(func() { sent = m.Wake("a", i) }, func() { m.Close() })
		v, err := ticket.Wait(bg)
		if sent {
			want(t, "the value", v, i)
			wantErr(t, "Wait", err, nil)
		} else {
			wantErr(t, "Wait", err, rouse.ErrClosed)
		}
	}
}

// Close wakes with the closed error, never with nil, and counts every one.
func TestTrap16CloseIsNoWake(t *testing.T) {
	for _, n := range []int{1, 10, 33} {
		var q waitqueue.Queue
		subs := enter(&q, n)
		want(t, "Close", q.Close(), n)
		want(t, "the outcomes", outcomes(subs), tally{closed: n})
	}
	var q waitqueue.Queue
	subs := enter(&q, 40)
	want(t, "WakeAll", q.WakeAll(), 40)
	want(t, "the outcomes", outcomes(subs), tally{woken: 40})
}

// tokio's: a notified waiter that is dropped hands on; a broadcast keeps the permit; it is atomic, so
// one waiter ready implies the others are; a wake after it goes to a new waiter.
func TestTrap17BroadcastIsOneEvent(t *testing.T) {
	for _, r := range []struct{ script, state, outcomes string }{
		{"++Wx0", "WAITING", "xw"},
		{"W+x0A", "WOKEN", "x"},
		{"++A+W", "WAITING", "www"},
	} {
		var q waitqueue.Queue
		_, state, got := run(t, &q, r.script)
		want(t, r.script, got, r.outcomes)
		want(t, r.script, state, r.state)
	}
	for range rounds(5_000) {
		var q waitqueue.Queue
		a, b := q.Subscribe(), q.Subscribe()
		together(func() { q.WakeAll() }, func() {
			if err := b.Err(); err == nil {
				wantErr(t, "a, after b was ready", a.Err(), nil)
			}
		})
		a.Cancel()
		b.Cancel()
		wantQueue(t, &q, "WAITING")
	}
}

// The rest of it: code of the user's never runs under the lock. A context, a condition and an act
// that use the queue, the map and the Cond themselves do not deadlock.
func TestTrap17UserCodeMayCallBack(t *testing.T) {
	var q waitqueue.Queue
	var m waitqueue.Map[int, int]
	watch(t, func() string { return q.State().String() })
	use := func() {
		s := q.Subscribe()
		q.WakeAll()
		s.Cancel()
		q.Len()
		k, _ := m.Register(1)
		m.Wake(1, 1)
		k.Cancel()
	}
	calls := 0
	ctx := &talkative{Context: done(), talk: func() { calls++; use() }}
	q.Wait(ctx)
	q.Subscribe().Wait(ctx)
	b := q.Bind(ctx)
	b.Wait()
	b.Release()
	m.Wait(ctx, 2)
	q.WaitFor(ctx, func() bool { use(); return calls > 5 })
	c := waitqueue.NewCond(new(sync.Mutex))
	c.L.Lock()
	c.WaitContext(ctx)
	c.WaitFor(ctx, func() bool { c.Broadcast(); return false })
	c.L.Unlock()
	if calls == 0 {
		t.Error("the context was never asked")
	}
	wantQueue(t, &q, "WAITING")
	wantEntries(t, &m, 0)
}

// A talkative context calls talk whenever it is asked something.
type talkative struct {
	context.Context
	talk func()
}

func (c *talkative) Err() error            { c.talk(); return c.Context.Err() }
func (c *talkative) Done() <-chan struct{} { c.talk(); return c.Context.Done() }
