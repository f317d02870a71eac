package bounded_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/rapidtests/bounded"
	"github.com/rouse-go/rouse/rapidtests/explore"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var background = context.Background()

// A queue is what both versions are.
type queue interface {
	Put(context.Context, int) error
	Get(context.Context) (int, error)
	Close()
	Len() int
}

func right() queue  { return bounded.New[int](1) }
func broken() queue { return bounded.NewBroken[int](1) }

// getAndClose is the smallest program in which a wakeup can be lost.
func getAndClose(make func() queue) explore.Scenario {
	return explore.Scenario{
		Name: "get,close",
		Build: func(e *explore.Env) {
			q := make()
			e.Name("q", q, nil)
			e.Go("get", func() {
				if _, err := q.Get(background); !errors.Is(err, rouse.ErrClosed) {
					e.Errorf("Get of a closed queue: %v", err)
				}
			})
			e.Go("close", q.Close)
		},
	}
}

// putAndGet passes values through a queue that holds one: all end, and nothing is left or doubled.
func putAndGet(make func() queue) explore.Scenario {
	return explore.Scenario{
		Name:  "put,put,get+get",
		Legal: []string{"got 1 2", "got 2 1"},
		Build: func(e *explore.Env) {
			q := make()
			e.Name("q", q, nil)
			var got [2]int
			e.Go("get", func() {
				got[0], _ = q.Get(background)
				got[1], _ = q.Get(background)
			})
			e.Go("put1", func() { q.Put(background, 1) })
			e.Go("put2", func() { q.Put(background, 2) })
			e.Check(func() { e.Outcome("got %d %d", got[0], got[1]) })
		},
	}
}

// cancelled is a Get that is cancelled beside a Put and another Get: the signal must not end with
// the one that gave up.
func cancelled(make func() queue) explore.Scenario {
	return explore.Scenario{
		Name: "get,cancel,get,put",
		Build: func(e *explore.Env) {
			q := make()
			e.Name("q", q, nil)
			ctx, cancel := e.Context()
			n := 0
			get := func(ctx context.Context) {
				if v, err := q.Get(ctx); err == nil && v == 1 {
					n++
				}
			}
			e.Go("get1", func() { get(ctx) })
			e.Go("cancel", cancel)
			e.Go("get2", func() { get(background) }).MaySleep()
			e.Go("put", func() { q.Put(background, 1) })
			e.Check(func() {
				if n+q.Len() != 1 {
					e.Errorf("one value was put; %d got, %d left", n, q.Len())
				}
				if n == 0 {
					e.Errorf("somebody sleeps beside a value")
				}
				q.Close()
			})
		},
	}
}

func TestEveryInterleaving(t *testing.T) {
	explore.Run(t, getAndClose(right), putAndGet(right), cancelled(right))
}

// The bug needs the Close between two instructions of Get. A stress seldom has it there.
func TestTheBugIsFound(t *testing.T) {
	if !explore.Exhaustive {
		t.Skip("skipped: it takes -tags explore to find it for certain")
	}
	r := explore.Search(t, getAndClose(broken))
	if r.Failure == nil || r.Failure.Kind != "LOST WAKEUP" || !strings.Contains(r.Failure.Table, "q.Queue.closed") {
		t.Fatalf("%d executions, and no lost wakeup: %v", r.Executions, r.Failure)
	}
	t.Logf("after %d executions, in %v: %v\n\n%s", r.Executions, r.Time, r.Failure, r.Failure.Table)
}
