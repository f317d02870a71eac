package park_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/internal/park"
)

var (
	bg       = context.Background()
	errCause = errors.New("the cable was pulled")
)

// books are a source with one registration. It is played by the test, in a bubble, one step at a time.
type books struct {
	park.Sleeper
	outcome   error // ErrPending while there is none
	looks     int
	withdrawn bool
	onLook    func()
}

func newBooks() *books { return &books{Sleeper: park.NewSleeper(), outcome: park.ErrPending} }

func (b *books) Peek(park.Ticket) error { return b.outcome }
func (b *books) Cancel(park.Ticket)     { b.withdrawn = true }
func (b *books) Expose(park.Ticket)     {}
func (b *books) Take(park.Ticket, bool) error {
	b.looks++
	return b.outcome
}
func (b *books) Withdraw(park.Ticket) bool {
	if b.onLook != nil {
		b.onLook()
	}
	b.withdrawn = b.outcome == park.ErrPending
	return b.withdrawn
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// A sleeper holds one token; a kick more adds nothing and does not block.
func TestSleeperHoldsOneToken(t *testing.T) {
	s := park.NewSleeper()
	if park.Drain(s.C()) {
		t.Error("a new sleeper has a token")
	}
	for range 3 {
		s.Kick()
	}
	if !park.Drain(s.C()) || park.Drain(s.C()) {
		t.Error("three kicks did not leave one token")
	}
}

// A token for nothing makes Await look again, and go on sleeping (P1).
func TestAwaitLooksAgainAfterASpuriousToken(t *testing.T) {
	for name, ctx := range map[string]context.Context{"without Done": bg, "with Done": t.Context()} {
		t.Run(name, func(t *testing.T) {
			done := ctx.Done()
			synctest.Test(t, func(t *testing.T) {
				b := newBooks()
				result := make(chan error, 1)
				// A channel of the bubble's in place of ctx.Done(), which is from outside.
				mine := make(chan struct{})
				if done == nil {
					mine = nil
				}
				go func() { result <- park.Await(ctx, mine, b, 0) }()
				for range 3 {
					synctest.Wait()
					b.Kick()
				}
				synctest.Wait()
				if b.looks != 3 || len(result) > 0 {
					t.Errorf("after three tokens for nothing: %d looks, %d results", b.looks, len(result))
				}
				b.outcome = errCause
				b.Kick()
				wantErr(t, "Await", <-result, errCause)
			})
		})
	}
}

// Await ended by its context withdraws. If an outcome is there by then it wins, without another token.
func TestAwaitOutcomeBeatsCancellation(t *testing.T) {
	ctx, cancel := context.WithCancelCause(bg)
	cancel(errCause)
	b := newBooks()
	err := park.Await(ctx, ctx.Done(), b, 0)
	wantErr(t, "Await", err, errCause)
	wantErr(t, "Await", err, context.Canceled)
	if !b.withdrawn {
		t.Error("it was not withdrawn")
	}
	b = newBooks()
	b.onLook = func() { b.outcome = nil } // the last moment
	wantErr(t, "Await, with an outcome", park.Await(ctx, ctx.Done(), b, 0), nil)
	if b.withdrawn {
		t.Error("it was withdrawn although there was an outcome")
	}
}

// AwaitTimeout returns when its time has passed, and not before.
func TestAwaitTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, start := newBooks(), time.Now()
		wantErr(t, "AwaitTimeout", park.AwaitTimeout(time.Hour, b, 0), context.DeadlineExceeded)
		if d := time.Since(start); d != time.Hour {
			t.Errorf("it took %v, want an hour", d)
		}
	})
}

// ContextError is the cause where that says everything, and both where it does not.
func TestContextError(t *testing.T) {
	cancelled := func(cause error) context.Context {
		ctx, cancel := context.WithCancelCause(bg)
		cancel(cause)
		return ctx
	}
	late, cancel := context.WithDeadlineCause(bg, time.Unix(0, 0), errCause)
	defer cancel()
	wrapped := fmt.Errorf("stopped: %w", context.Canceled)
	for _, r := range []struct {
		ctx     context.Context
		is      []error
		itself  error
		text    string
		timeout bool
	}{
		{ctx: cancelled(nil), is: []error{context.Canceled}, itself: context.Canceled, text: "context canceled"},
		{ctx: cancelled(wrapped), is: []error{context.Canceled}, itself: wrapped, text: "stopped: context canceled"},
		{ctx: cancelled(errCause), is: []error{context.Canceled, errCause}, text: "context canceled: the cable was pulled"},
		{ctx: late, is: []error{context.DeadlineExceeded, errCause}, text: "context deadline exceeded: the cable was pulled", timeout: true},
	} {
		err := park.ContextError(r.ctx)
		for _, is := range r.is {
			wantErr(t, "ContextError", err, is)
		}
		if r.itself != nil && err != r.itself {
			t.Errorf("ContextError: %#v, want %v itself", err, r.itself)
		}
		if err.Error() != r.text {
			t.Errorf("its text is %q, want %q", err, r.text)
		}
		if e, ok := err.(interface{ Timeout() bool }); ok && e.Timeout() != r.timeout {
			t.Errorf("Timeout of %q: %v", err, e.Timeout())
		}
	}
}

// A bond's context kicks its sleeper, and the wait that takes the token withdraws; an outcome wins. After Untie it kicks no more.
func TestBond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, woken := range []bool{false, true} {
			b := newBooks()
			ctx, cancel := context.WithCancelCause(bg)
			bond := &park.Bond{Registration: b}
			bond.Tie(ctx, b.Sleeper)
			result := make(chan error, 1)
			go func() { result <- park.Await[struct{}](bg, nil, bond, 0) }()
			synctest.Wait()
			if woken {
				b.outcome = nil
			}
			cancel(errCause)
			err := <-result
			if woken {
				wantErr(t, "Wait", err, nil)
			} else {
				wantErr(t, "Wait", err, errCause)
			}
			bond.Untie()
		}
		b := newBooks()
		ctx, cancel := context.WithCancel(bg)
		bond := &park.Bond{Registration: b}
		bond.Tie(ctx, b.Sleeper)
		bond.Untie()
		cancel()
		synctest.Wait()
		if park.Drain(b.C()) {
			t.Error("it was kicked after Untie")
		}
	})
}

// An Exposure says that a kick is over only where that is certain: noted by the kicker for the registration whose
// channel is out, or seen by who gives the channel out. Otherwise the token itself is the proof.
func TestExposure(t *testing.T) {
	kick := func(e *park.Exposure, s park.Sleeper, t park.Ticket) { s.Kick(); e.Kicked(t, false) }
	receive := func(s park.Sleeper) { <-s.C() }
	for _, r := range []struct {
		name string
		do   func(e *park.Exposure, s park.Sleeper)
		want bool
	}{
		{"nothing", func(*park.Exposure, park.Sleeper) {}, false},
		{"kicked, token there", func(e *park.Exposure, s park.Sleeper) { kick(e, s, 7) }, true},
		{"exposed, kicked, received", func(e *park.Exposure, s park.Sleeper) { e.Expose(7, s.C()); kick(e, s, 7); receive(s) }, true},
		{"kicked, exposed, received", func(e *park.Exposure, s park.Sleeper) { kick(e, s, 7); e.Expose(7, s.C()); receive(s) }, true},
		{"exposed, not kicked", func(e *park.Exposure, s park.Sleeper) { e.Expose(7, s.C()) }, false},
		{"another's kick", func(e *park.Exposure, s park.Sleeper) { e.Expose(6, s.C()); kick(e, s, 6); receive(s) }, false},
		{"token taken, no note", func(e *park.Exposure, s park.Sleeper) { kick(e, s, 7); receive(s) }, false},
		{"shared", func(e *park.Exposure, s park.Sleeper) { s.Kick(); e.Kicked(7, true); receive(s) }, true},
	} {
		var e park.Exposure
		s := park.NewSleeper()
		r.do(&e, s)
		if got := e.Settle(7, s.C()); got != r.want {
			t.Errorf("%s: %v, want %v", r.name, got, r.want)
		}
		if park.Drain(s.C()) {
			t.Errorf("%s: a token was left behind", r.name)
		}
	}
}
