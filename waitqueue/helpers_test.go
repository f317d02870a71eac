package waitqueue_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/trial"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// What the tests of all packages share.
var (
	wantErr   = trial.WantErr
	wantPanic = trial.WantPanic
	together  = trial.Together
	rounds    = trial.Rounds
	watch     = trial.Watch
)

const raceEnabled = trial.Race

// What all tests of this package share. Outside of bubbles nothing here sleeps and nothing measures time.

var (
	bg       = context.Background()
	errCause = errors.New("the cable was pulled")
	errAbort = errors.New("the user went away")
)

type sub = subscribe.Subscription

// done returns a context that is cancelled already.
func done() context.Context {
	ctx, cancel := context.WithCancel(bg)
	cancel()
	return ctx
}

// open returns a context that can be cancelled, and is when the test ends.
func open(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(bg)
	t.Cleanup(cancel)
	return ctx
}

// want fails unless got is want.
func want[T comparable](t trial.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// wantQueue fails unless the queue's state is this, and its books are in order.
func wantQueue(t trial.T, q *waitqueue.Queue, state string) {
	t.Helper()
	want(t, "the queue", q.State().String(), state)
	if err := waitqueue.CheckBooks(q); err != nil {
		t.Errorf("the queue's books: %v", err)
	}
}

// wantEntries fails unless n keys are registered, and the map's books are in order.
func wantEntries[K comparable, V any](t trial.T, m *waitqueue.Map[K, V], n int) {
	t.Helper()
	want(t, "Len of the map", m.Len(), n)
	if err := waitqueue.CheckEntries(m); err != nil {
		t.Errorf("the map's books: %v", err)
	}
}

// leave runs f on a goroutine of its own until that ends, by return, panic or Goexit.
func leave(f func()) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() { _ = recover() }()
		f()
	}()
	<-over
}

// enter returns n subscriptions to src.
func enter(src subscribe.Source, n int) []sub {
	subs := make([]sub, n)
	for i := range subs {
		subs[i] = src.Subscribe()
	}
	return subs
}

// A tally counts outcomes.
type tally struct{ woken, closed, cancelled, pending, ended, other int }

func (c *tally) add(err error) {
	switch {
	case err == nil:
		c.woken++
	case errors.Is(err, rouse.ErrClosed):
		c.closed++
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		c.cancelled++
	case err == subscribe.ErrPending:
		c.pending++
	case err == subscribe.ErrEnded:
		c.ended++
	default:
		c.other++
	}
}

// plus returns the sum of both.
func (c tally) plus(d tally) tally {
	return tally{c.woken + d.woken, c.closed + d.closed, c.cancelled + d.cancelled,
		c.pending + d.pending, c.ended + d.ended, c.other + d.other}
}

// outcomes asks each of subs for its outcome, and counts.
func outcomes(subs []sub) (c tally) {
	for _, s := range subs {
		c.add(s.Err())
	}
	return c
}

// queued blocks until n are registered with q, by looking again and again.
func queued(q interface{ Len() int }, n int) {
	for q.Len() < n {
		yield()
	}
}

// letter is an outcome in tables: woken, closed, pending or ended.
func letter(err error) string {
	switch {
	case err == nil:
		return "w"
	case errors.Is(err, rouse.ErrClosed):
		return "c"
	case err == subscribe.ErrPending:
		return "."
	case err == subscribe.ErrEnded:
		return "x"
	}
	return "?"
}

// run plays a script on q, and returns what its last operation answered, the queue's state
// after it, and the outcomes of the subscriptions, a letter each.
//
//   - Subscribe   W Wake   L WakeLast   S Signal   n WakeN(2)   A WakeAll   C Close   P Poll
//     xI cancels subscription I    tI takes its outcome
func run(t testing.TB, q *waitqueue.Queue, script string) (answer, state, outcome string) {
	t.Helper()
	var subs []sub
	for i := 0; i < len(script); i++ {
		var got any = "-"
		switch script[i] {
		case ' ':
			continue
		case '+':
			subs = append(subs, q.Subscribe())
		case 'W':
			got = q.Wake()
		case 'L':
			got = q.WakeLast()
		case 'S':
			got = q.Signal()
		case 'n':
			got = q.WakeN(2)
		case '0':
			got = q.WakeN(0)
		case 'A':
			got = q.WakeAll()
		case 'C':
			got = q.Close()
		case 'P':
			ok, err := q.Poll()
			got = fmt.Sprint(ok, " ", letter(err))
		case 'x':
			i++
			subs[script[i]-'0'].Cancel()
		case 't':
			i++
			got = letter(subs[script[i]-'0'].Err())
		default:
			t.Fatalf("script %q: what is %q", script, script[i])
		}
		answer = fmt.Sprint(got)
		if err := waitqueue.CheckBooks(q); err != nil {
			t.Fatalf("script %q, after step %d: %v", script, i, err)
		}
	}
	state = q.State().String()
	for _, s := range subs {
		outcome += letter(s.Err())
	}
	return answer, state, outcome
}
