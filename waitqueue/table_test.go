package waitqueue_test

import (
	"context"
	"errors"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitqueue"
)

// states are scripts that bring a new queue into each of its states; see run.
var states = []struct{ name, script string }{
	{"WAITING", ""},
	{"WOKEN", "W"},
	{"PARKED(1)", "+"},
	{"PARKED(3)", "+++"},
	{"CLOSED", "C"},
	{"WOKEN|CLOSED", "WC"},
}

// Each operation in each state: what it answers, what the state is then, and what the waiters were told.
func TestOperationsInEachState(t *testing.T) {
	type row struct{ op, answer, state, outcomes string }
	for state, rows := range map[string][]row{
		"WAITING": {
			{"W", "false", "WOKEN", ""},
			{"L", "false", "WOKEN", ""},
			{"S", "false", "WAITING", ""},
			{"n", "0", "WAITING", ""},
			{"0", "0", "WAITING", ""},
			{"A", "0", "WAITING", ""},
			{"C", "0", "CLOSED", ""},
			{"P", "false w", "WAITING", ""},
			{"+", "-", "PARKED(1)", "."},
		},
		"WOKEN": {
			{"W", "false", "WOKEN", ""},
			{"L", "false", "WOKEN", ""},
			{"S", "false", "WOKEN", ""},
			{"n", "0", "WOKEN", ""},
			{"0", "0", "WOKEN", ""},
			{"A", "0", "WOKEN", ""},
			{"C", "0", "WOKEN|CLOSED", ""},
			{"P", "true w", "WAITING", ""},
			{"+", "-", "WAITING", "w"},
			{"++", "-", "PARKED(1)", "w."},
		},
		"PARKED(1)": {
			{"W", "true", "WAITING", "w"},
			{"L", "true", "WAITING", "w"},
			{"S", "true", "WAITING", "w"},
			{"n", "1", "WAITING", "w"},
			{"0", "0", "PARKED(1)", "."},
			{"A", "1", "WAITING", "w"},
			{"C", "1", "CLOSED", "c"},
			{"P", "false w", "PARKED(1)", "."},
			{"+", "-", "PARKED(2)", ".."},
			{"x0", "-", "WAITING", "x"},
			{"t0", ".", "PARKED(1)", "."},
		},
		"PARKED(3)": {
			{"W", "true", "PARKED(2)", "w.."},
			{"L", "true", "PARKED(2)", "..w"},
			{"S", "true", "PARKED(2)", "w.."},
			{"n", "2", "PARKED(1)", "ww."},
			{"0", "0", "PARKED(3)", "..."},
			{"A", "3", "WAITING", "www"},
			{"C", "3", "CLOSED", "ccc"},
			{"P", "false w", "PARKED(3)", "..."},
			{"+", "-", "PARKED(4)", "...."},
			{"x0", "-", "PARKED(2)", "x.."},
			{"x1", "-", "PARKED(2)", ".x."},
			{"x2", "-", "PARKED(2)", "..x"},
			{"x2L", "true", "PARKED(1)", ".wx"},
			{"x0S", "true", "PARKED(1)", "xw."},
			{"nn", "1", "WAITING", "www"},
			{"nA", "1", "WAITING", "www"},
			{"nC", "1", "CLOSED", "wwc"},
		},
		"CLOSED": {
			{"W", "false", "CLOSED", ""},
			{"L", "false", "CLOSED", ""},
			{"S", "false", "CLOSED", ""},
			{"n", "0", "CLOSED", ""},
			{"0", "0", "CLOSED", ""},
			{"A", "0", "CLOSED", ""},
			{"C", "0", "CLOSED", ""},
			{"P", "false c", "CLOSED", ""},
			{"+", "-", "CLOSED", "c"},
			{"+x0", "-", "CLOSED", "c"},
		},
		"WOKEN|CLOSED": {
			{"W", "false", "WOKEN|CLOSED", ""},
			{"L", "false", "WOKEN|CLOSED", ""},
			{"S", "false", "WOKEN|CLOSED", ""},
			{"n", "0", "WOKEN|CLOSED", ""},
			{"A", "0", "WOKEN|CLOSED", ""},
			{"C", "0", "WOKEN|CLOSED", ""},
			{"P", "true w", "CLOSED", ""},
			{"+", "-", "CLOSED", "w"},
			{"++", "-", "CLOSED", "wc"},
			{"+x0", "-", "WOKEN|CLOSED", "x"},
		},
	} {
		script := ""
		for _, s := range states {
			if s.name == state {
				script = s.script
			}
		}
		for _, r := range rows {
			t.Run(state+"/"+r.op, func(t *testing.T) {
				var q waitqueue.Queue
				answer, after, outcomes := run(t, &q, script+" "+r.op)
				want(t, "the answer", answer, r.answer)
				want(t, "the state", after, r.state)
				want(t, "the outcomes", outcomes, r.outcomes)
			})
		}
	}
}

// What a wait that cannot block answers in each state: with a context that is done, with no time, polling.
func TestWaitsThatDoNotBlock(t *testing.T) {
	ctx, cancel := context.WithCancelCause(bg)
	cancel(errAbort)
	for _, r := range []struct {
		script  string
		ctx     error // of waits with a context that is done
		timeout error // of waits with no time
		after   string
	}{
		{"", context.Canceled, context.DeadlineExceeded, "WAITING"},
		{"W", nil, nil, "WAITING"},
		{"+", context.Canceled, context.DeadlineExceeded, "PARKED(1)"},
		{"C", rouse.ErrClosed, rouse.ErrClosed, "CLOSED"},
		{"WC", nil, nil, "CLOSED"},
	} {
		for name, wait := range map[string]func(q *waitqueue.Queue) (got, want error){
			"Wait":        func(q *waitqueue.Queue) (_, _ error) { return q.Wait(ctx), r.ctx },
			"WaitTimeout": func(q *waitqueue.Queue) (_, _ error) { return q.WaitTimeout(0), r.timeout },
			"negative":    func(q *waitqueue.Queue) (_, _ error) { return q.WaitTimeout(-1), r.timeout },
			"Subscribe":   func(q *waitqueue.Queue) (_, _ error) { return q.Subscribe().Wait(ctx), r.ctx },
			"Bound":       func(q *waitqueue.Queue) (_, _ error) { b := q.Bind(ctx); defer b.Release(); return b.Wait(), r.ctx },
		} {
			t.Run(r.script+"/"+name, func(t *testing.T) {
				var q waitqueue.Queue
				keep := "" // the subscriptions of the script are kept pending
				if r.script == "+" {
					q.Subscribe()
					keep = "PARKED(1)"
				} else {
					run(t, &q, r.script)
				}
				got, wanted := wait(&q)
				wantErr(t, name, got, wanted)
				if wanted == context.Canceled {
					wantErr(t, name+", the cause", got, errAbort)
				}
				wantQueue(t, &q, r.after)
				if keep != "" {
					want(t, "Len", q.Len(), 1)
				}
			})
		}
	}
}

// The error of a closed queue holds ErrClosed and the cause of the first close, for those who
// waited, who come later and who poll; without a cause it is ErrClosed itself.
func TestCloseGivesTheFirstCause(t *testing.T) {
	var q waitqueue.Queue
	s := q.Subscribe()
	want(t, "CloseWith", q.CloseWith(errCause), 1)
	want(t, "the second CloseWith", q.CloseWith(errAbort), 0)
	for name, err := range map[string]error{
		"before": s.Err(), "after": q.Wait(bg), "Subscribe": q.Subscribe().Err(),
		"WaitTimeout": q.WaitTimeout(1), "no time": q.WaitTimeout(0),
		"WaitFor": q.WaitFor(bg, func() bool { return false }),
	} {
		wantErr(t, name, err, rouse.ErrClosed)
		wantErr(t, name, err, errCause)
		if errors.Is(err, errAbort) {
			t.Errorf("%s: the second cause won: %v", name, err)
		}
	}
	var bare waitqueue.Queue
	bare.CloseWith(nil)
	if err := bare.Wait(bg); err != rouse.ErrClosed {
		t.Errorf("closed without a cause: %#v, want ErrClosed itself", err)
	}
}
