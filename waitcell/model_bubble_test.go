package waitcell_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"pgregory.net/rapid"
)

// A sleeper is a goroutine of the bubble that waits in one of the ways, and what the model knows of it.
type sleeper struct {
	name     string
	twice    bool // its condition is false at first, so it needs a wake from after that
	deadline time.Time
	cancel   context.CancelCauseFunc
	result   chan error
}

// Goroutines that really sleep, with deadlines and cancellations on the bubble's clock: after each step all that can run has
// run, and exactly the one has returned that should have, with the outcome that it should have.
func sleepersBesideModel(t *rapid.T) {
	var c waitcell.Cell
	var in *sleeper // the one that sleeps
	var stored, closed bool
	b := c.Bind(bg)
	defer b.Release()

	// leaves checks that s has returned with want.
	leaves := func(t *rapid.T, s *sleeper, want error) {
		t.Helper()
		settled()
		select {
		case err := <-s.result:
			if want == nil && err != nil || !errors.Is(err, want) {
				t.Fatalf("%s: %v, the model says %v", s.name, err, want)
			}
			s.cancel(nil)
		default:
			t.Fatalf("%s sleeps, the model says %v", s.name, want)
		}
	}
	shut := func(s *sleeper) error {
		if s.twice {
			return nil // its condition is true by then
		}
		return rouse.ErrClosed
	}
	ways := waits[:len(waits):len(waits)]
	ways = append(ways, struct {
		name string
		wait func(context.Context, *waitcell.Cell) error
	}{"a Bound kept", func(context.Context, *waitcell.Cell) error { return b.Wait() }})

	defer func() {
		c.Close()
		settled()
	}()
	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			settled()
			if in != nil && len(in.result) > 0 {
				t.Fatalf("%s has returned %v, the model says that it sleeps", in.name, <-in.result)
			}
			if got := c.State().String(); (got == "PARKED") != (in != nil) || (got == "WOKEN") != (stored && !closed) {
				t.Fatalf("the cell is %s; asleep: %v, stored: %v, closed: %v", got, in != nil, stored, closed)
			}
		},
		"wait": func(t *rapid.T) {
			way := rapid.SampledFrom(ways).Draw(t, "way")
			if in != nil && in.name == way.name && way.name == "a Bound kept" {
				return // one goroutine at a time
			}
			d := time.Duration(rapid.IntRange(0, 5).Draw(t, "ms"))*time.Millisecond + time.Microsecond
			ctx, cancel := context.WithCancelCause(bg)
			timed, stop := context.WithTimeout(ctx, d)
			s := &sleeper{
				name: way.name, twice: way.name == "WaitFor" || way.name == "Bound.WaitFor",
				deadline: time.Now().Add(d), result: make(chan error, 1),
				cancel: func(cause error) { cancel(cause); stop() },
			}
			if way.name == "a Bound kept" {
				s.deadline = time.Time{}
			}
			go func() { s.result <- way.wait(timed, &c) }()
			settled()
			if in != nil {
				leaves(t, in, waitcell.ErrReplaced)
				in = nil
			}
			switch {
			case stored:
				stored = false
				leaves(t, s, nil)
			case closed:
				leaves(t, s, shut(s))
			default:
				in = s
			}
		},
		"Wake": func(t *rapid.T) {
			if got, want := c.Wake(), in != nil; got != want {
				t.Fatalf("Wake: %v, the model says %v", got, want)
			}
			switch {
			case in != nil:
				leaves(t, in, nil)
				in = nil
			case !closed:
				stored = true
			}
		},
		"Wake and cancel at once": func(t *rapid.T) {
			if in == nil || in.name == "select on C" || in.deadline.IsZero() {
				return // nobody to whom that matters
			}
			c.Wake()
			in.cancel(errCause)
			leaves(t, in, nil) // the wake wins
			in = nil
		},
		"cancel": func(t *rapid.T) {
			if in == nil || in.deadline.IsZero() {
				return // nobody to cancel
			}
			in.cancel(errCause)
			leaves(t, in, context.Canceled)
			in = nil
		},
		"time passes": func(t *rapid.T) {
			time.Sleep(time.Duration(rapid.IntRange(1, 6).Draw(t, "ms")) * time.Millisecond)
			if in != nil && !in.deadline.IsZero() && time.Now().After(in.deadline) {
				leaves(t, in, context.DeadlineExceeded)
				in = nil
			}
		},
		"Subscribe, Cancel": func(t *rapid.T) {
			sub := c.Subscribe()
			if in != nil {
				leaves(t, in, waitcell.ErrReplaced)
				in = nil
			}
			want := subscribe.ErrPending
			switch {
			case stored:
				want = nil
			case closed:
				want = rouse.ErrClosed
			}
			wantOutcomeInBubble(t, sub, want)
			stored = false
		},
		"Close": func(t *rapid.T) {
			if rapid.IntRange(0, 5).Draw(t, "seldom") != 0 {
				return // another time
			}
			if got, want := c.Close(), in != nil; got != want {
				t.Fatalf("Close: %v, the model says %v", got, want)
			}
			closed = true
			if in != nil {
				leaves(t, in, shut(in))
				in = nil
			}
		},
	})
}

func wantOutcomeInBubble(t *rapid.T, sub subscribe.Subscription, want error) {
	t.Helper()
	defer sub.Cancel()
	if err := sub.Err(); want == nil && err != nil || !errors.Is(err, want) {
		t.Fatalf("a subscription: %v, the model says %v", err, want)
	}
}

func inBubble(prop func(*rapid.T)) func(*rapid.T) {
	return func(t *rapid.T) { rapid.SyncTest(t, prop) }
}

func TestSleepersBesideModel(t *testing.T) { rapid.Check(t, inBubble(sleepersBesideModel)) }

func FuzzSleepersBesideModel(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(inBubble(sleepersBesideModel)))
}
