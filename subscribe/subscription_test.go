package subscribe_test

import (
	"context"
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// The life of a subscription: pending, delivered, over; each question has its answer in each, and Cancel may come at any time.
func TestSubscriptionLife(t *testing.T) {
	var c waitcell.Cell
	sub := c.Subscribe()
	wantErr(t, "Err, pending", sub.Err(), subscribe.ErrPending)
	c.Wake()
	<-sub.C()
	wantErr(t, "Err, delivered", sub.Err(), nil)
	wantErr(t, "Err, over", sub.Err(), subscribe.ErrEnded)
	wantErr(t, "Wait, over", sub.Wait(bg), subscribe.ErrEnded)
	sub.Cancel()
	sub.Cancel()
	wantState(t, &c, "WAITING")
}

// The zero Subscription is over.
func TestZeroSubscription(t *testing.T) {
	var sub subscribe.Subscription
	if sub.C() != nil {
		t.Error("it has a channel")
	}
	wantErr(t, "Err", sub.Err(), subscribe.ErrEnded)
	wantErr(t, "Wait", sub.Wait(bg), subscribe.ErrEnded)
	sub.Cancel()
}

// A foreign subscription: each is ended once, by err or by cancel, whatever is asked of it before and after.
func TestForeignIsEndedOnce(t *testing.T) {
	for name, r := range map[string]struct {
		use              func(*fake, subscribe.Subscription) error
		want             error
		taken, cancelled int
	}{
		"Cancel":        {func(_ *fake, s subscribe.Subscription) error { s.Cancel(); return s.Err() }, subscribe.ErrEnded, 0, 1},
		"fire, Err":     {func(f *fake, s subscribe.Subscription) error { f.fire(); return s.Err() }, errCause, 1, 0},
		"fire, Wait":    {func(f *fake, s subscribe.Subscription) error { f.fire(); return s.Wait(bg) }, errCause, 1, 0},
		"shut, Wait":    {func(f *fake, s subscribe.Subscription) error { f.shut(); return s.Wait(bg) }, errCause, 1, 0},
		"fire, <-C":     {func(f *fake, s subscribe.Subscription) error { f.fire(); <-s.C(); return s.Err() }, errCause, 1, 0},
		"shut, <-C":     {func(f *fake, s subscribe.Subscription) error { f.shut(); <-s.C(); return s.Wait(bg) }, errCause, 1, 0},
		"fire, Cancel":  {func(f *fake, s subscribe.Subscription) error { f.fire(); s.Cancel(); return s.Err() }, subscribe.ErrEnded, 0, 1},
		"Wait, done":    {func(_ *fake, s subscribe.Subscription) error { return s.Wait(done()) }, context.Canceled, 0, 1},
		"fire, done":    {func(f *fake, s subscribe.Subscription) error { f.fire(); return s.Wait(done()) }, errCause, 1, 0},
		"shut, Err":     {func(f *fake, s subscribe.Subscription) error { f.shut(); return s.Err() }, errCause, 1, 0},
		"Err, fire":     {func(f *fake, s subscribe.Subscription) error { s.Err(); f.fire(); return s.Err() }, errCause, 1, 0},
		"Cancel, fire":  {func(f *fake, s subscribe.Subscription) error { s.Cancel(); f.fire(); return s.Wait(bg) }, subscribe.ErrEnded, 0, 1},
		"fire, Err, Er": {func(f *fake, s subscribe.Subscription) error { f.fire(); s.Err(); return s.Err() }, subscribe.ErrEnded, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(errCause)
			sub := f.Subscribe()
			wantErr(t, "the outcome", r.use(f, sub), r.want)
			f.wantCalls(t, r.taken, r.cancelled)
			sub.Cancel()
			sub.Cancel()
			f.wantCalls(t, r.taken, r.cancelled)
		})
	}
}

// A foreign source sleeps durably too, and its wake beats a cancellation that came after it.
func TestForeignInABubble(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for range 30 {
			f := newFake(nil)
			ctx, cancel := context.WithCancel(bg)
			sub := f.Subscribe()
			result := in(func() error { return sub.Wait(ctx) })
			settled()
			f.fire()
			cancel()
			wantErr(t, "Wait", <-result, nil)
			f.wantCalls(t, 1, 0)
		}
	})
}

// Bad use panics at once, in words that name the package (P9), and before anything is registered.
func TestBadUsePanics(t *testing.T) {
	var c waitcell.Cell
	var none context.Context
	act := func() error { return nil }
	value := func() (int, bool) { return 0, true }
	zero := subscriber(func() subscribe.Subscription { return subscribe.Subscription{} })
	f := newFake(nil)
	for _, r := range []struct {
		name, want string
		f          func()
	}{
		{"Do", "subscribe: nil context", func() { subscribe.Do(none, &c, act) }},
		{"Do", "subscribe: nil source", func() { subscribe.Do(bg, nil, act) }},
		{"Do", "subscribe: nil act", func() { subscribe.Do(bg, &c, nil) }},
		{"Until", "subscribe: nil context", func() { subscribe.Until(none, &c, yes) }},
		{"Until", "subscribe: nil source", func() { subscribe.Until(bg, nil, yes) }},
		{"Until", "subscribe: nil condition", func() { subscribe.Until(bg, &c, nil) }},
		{"UntilValue", "subscribe: nil context", func() { subscribe.UntilValue(none, &c, value) }},
		{"UntilValue", "subscribe: nil source", func() { subscribe.UntilValue(bg, nil, value) }},
		{"UntilValue", "subscribe: nil condition", func() { subscribe.UntilValue[int](bg, &c, nil) }},
		{"Any", "subscribe: nil context", func() { subscribe.Any(none, &c) }},
		{"Any", "subscribe: nil source", func() { subscribe.Any(bg, f, &c, nil) }},
		{"Any", "subscribe: Any of no sources", func() { subscribe.Any(bg) }},
		{"Any", "subscribe: a source returned the zero Subscription", func() { subscribe.Any(bg, &c, zero) }},
		{"All", "subscribe: nil context", func() { subscribe.All(none, &c) }},
		{"All", "subscribe: nil source", func() { subscribe.All(bg, f, &c, nil) }},
		{"Events", "subscribe: nil context", func() { subscribe.Events(none, &c) }},
		{"Events", "subscribe: nil source", func() { subscribe.Events(bg, nil) }},
		{"Wait", "subscribe: nil context", func() { c.Subscribe().Wait(none) }},
		{"From", "subscribe: From needs", func() { subscribe.From(nil, act, func() {}) }},
		{"From", "subscribe: From needs", func() { subscribe.From(f.c, nil, func() {}) }},
		{"From", "subscribe: From needs", func() { subscribe.From(f.c, act, nil) }},
		{"nil cell", "waitcell: nil cell", func() { subscribe.Any(bg, (*waitcell.Cell)(nil)) }},
	} {
		t.Run(r.name+"/"+r.want, func(t *testing.T) {
			wantPanic(t, r.want, r.f)
			f.wantCalls(t, 0, 0)
			if r.name != "Wait" {
				wantState(t, &c, "WAITING")
			}
			c.Subscribe().Cancel()
		})
	}
}
