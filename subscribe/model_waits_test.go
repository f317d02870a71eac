package subscribe_test

import (
	"context"
	"errors"
	"time"

	"github.com/rouse-go/rouse/subscribe"
)

// The ways to wait, each as what it does and as what the model says of it.

// A wait is a goroutine of the bubble that waits for some sources, and what the model knows of it.
type wait struct {
	way     way
	srcs    []*books
	number  int // of Until and UntilValue: the look that is true; of Events: the last event
	act     act
	stirs   *books // not nil: as it lies down this is woken, and its context cancelled
	cancel  context.CancelCauseFunc
	until   time.Time // zero: no deadline
	handles []subscribe.Subscription
	result  chan outcome

	places []*place
	looked int     // of Until and UntilValue: looks; of Events: events
	slept  bool    // it has looked, and lain down
	up     error   // not nil: its context is done
	got    outcome // what it returned,
	back   bool    // once it has
	over   bool    // the model says that it has,
	want   outcome // and what
}

// An outcome is what a wait returns: Any its index, Until its looks, UntilValue its value, Events its number.
type outcome struct {
	n   int
	err error
}

// A way does the waiting, with the wait's own copies of the sources.
type way struct {
	name    string
	many    bool // sources
	again   bool // it registers again after a wake
	tosses  bool // between a wake and a cancellation that come at once
	run     func(context.Context, *wait, []subscribe.Source) outcome
	advance func(*wait) // the model's half: as far as it goes now
}

func (w way) GoString() string   { return w.name }
func (w *wait) GoString() string { return w.way.name }

// An act is what the callback of a wait does: of Do, and of the last event of Events but one.
type act string

const (
	nothing act = "nothing"
	wakes   act = "wakes its source"
	calls   act = "wakes all of its source" // of a queue: a broadcast, which is not stored
	fails   act = "fails"
	panics  act = "panics"
)

func (w *wait) do() error {
	switch w.act {
	case wakes:
		w.srcs[0].wake()
	case calls:
		w.srcs[0].wakeAll()
	case fails:
		return errAct
	case panics:
		panic(errAct)
	}
	return nil
}

// did is what that does in the model.
func (w *wait) did() {
	switch w.act {
	case wakes:
		w.srcs[0].woke()
	case calls:
		w.srcs[0].wokeAll()
	}
}

var ways = []way{
	{name: "Any", many: true, advance: (*wait).anyOf,
		run: func(ctx context.Context, _ *wait, srcs []subscribe.Source) outcome {
			i, err := subscribe.Any(ctx, srcs...)
			return outcome{i, err}
		}},
	{name: "All", many: true, advance: (*wait).allOf,
		run: func(ctx context.Context, _ *wait, srcs []subscribe.Source) outcome {
			return outcome{0, subscribe.All(ctx, srcs...)}
		}},
	{name: "Until", again: true, advance: (*wait).untilTrue,
		run: func(ctx context.Context, w *wait, srcs []subscribe.Source) (o outcome) {
			o.err = subscribe.Until(ctx, srcs[0], func() bool { o.n++; return o.n >= w.number })
			return
		}},
	{name: "UntilValue", again: true, advance: (*wait).untilTrue,
		run: func(ctx context.Context, w *wait, srcs []subscribe.Source) (o outcome) {
			looks := 0
			o.n, o.err = subscribe.UntilValue(ctx, srcs[0], func() (int, bool) { looks++; return looks, looks >= w.number })
			return
		}},
	{name: "Events", again: true, advance: (*wait).events,
		run: func(ctx context.Context, w *wait, srcs []subscribe.Source) (o outcome) {
			for n, err := range subscribe.Events(ctx, srcs[0]) {
				if o.n++; err != nil {
					return outcome{int(n), err}
				}
				if o.n != int(n) {
					return outcome{int(n), errors.New("Events does not count 1, 2, 3")}
				}
				if o.n == w.number {
					break
				}
				if o.n == w.number-1 {
					w.do()
				}
			}
			return
		}},
	{name: "Do", advance: (*wait).one,
		run: func(ctx context.Context, w *wait, srcs []subscribe.Source) (o outcome) {
			defer func() {
				if p := recover(); p != nil {
					o.err = p.(error)
				}
			}()
			o.err = subscribe.Do(ctx, srcs[0], w.do)
			return
		}},
	{name: "Wait", advance: (*wait).one,
		run: func(ctx context.Context, _ *wait, srcs []subscribe.Source) outcome {
			return outcome{0, srcs[0].Subscribe().Wait(ctx)}
		}},
	{name: "select on C", tosses: true, advance: (*wait).one,
		run: func(ctx context.Context, _ *wait, srcs []subscribe.Source) outcome {
			sub := srcs[0].Subscribe()
			defer sub.Cancel()
			select {
			case <-sub.C():
				return outcome{0, sub.Err()}
			case <-ctx.Done():
				return outcome{0, ctx.Err()}
			}
		}},
}

// ends ends the wait, in the model. What its places have been given and it does not take is handed on.
func (w *wait) ends(o outcome, takes func(i int) bool) {
	for i, p := range w.places {
		if p.fate != ended {
			p.leave(takes(i))
		}
	}
	w.over, w.want = true, o
}

func none(int) bool  { return false }
func every(int) bool { return true }

// begin registers, and does the act of Do.
func (w *wait) begin() {
	for _, b := range w.srcs {
		w.places = append(w.places, b.enter())
	}
	if w.way.name == "Do" {
		if w.did(); w.act == fails || w.act == panics {
			w.ends(outcome{0, errAct}, none)
		}
	}
	if w.way.name == "Until" || w.way.name == "UntilValue" {
		w.look()
	}
}

// one wait for one source.
func (w *wait) one() {
	switch err := w.places[0].outcome(); {
	case err != subscribe.ErrPending:
		w.ends(outcome{0, err}, every)
	case w.up != nil:
		w.ends(outcome{0, w.up}, none)
	}
}

// anyOf asks the real wait which of several outcomes it took, and allows no other.
func (w *wait) anyOf() {
	if !w.back {
		return
	}
	if i := w.got.n; i >= 0 {
		if err := w.places[i].outcome(); err != subscribe.ErrPending && same(w.got.err, err) {
			w.ends(w.got, func(k int) bool { return k == i })
		}
		return
	}
	for _, p := range w.places {
		if p.fate != pending {
			return // it must not be the context
		}
	}
	if w.up != nil {
		w.ends(outcome{-1, w.up}, none)
	}
}

// allOf takes one of each, or an error and none. A tray cannot be asked without being taken from: what All had been
// given there, when it looked, and then it failed, is lost, as its documentation says.
func (w *wait) allOf() {
	for i, p := range w.places {
		if err := p.outcome(); err != nil && err != subscribe.ErrPending {
			w.ends(outcome{0, err}, func(k int) bool { return w.srcs[k].kind == aTray && (k < i || w.slept) })
			return
		}
	}
	for _, p := range w.places {
		if p.fate == pending {
			if w.up != nil {
				w.ends(outcome{0, w.up}, func(k int) bool { return w.srcs[k].kind == aTray })
			}
			return
		}
	}
	w.ends(outcome{}, every)
}

// untilTrue registers, looks, and sleeps, again after each wake.
func (w *wait) untilTrue() {
	for !w.over {
		switch err := w.places[0].outcome(); {
		case err == nil:
			w.places[0].leave(true)
			w.places[0] = w.srcs[0].enter()
			w.look()
		case err == errCause:
			if w.look(); !w.over {
				w.ends(w.failed(err), every)
			}
		case err != subscribe.ErrPending:
			w.ends(w.failed(err), every)
		case w.up != nil:
			w.ends(w.failed(w.up), none)
		default:
			return
		}
	}
}

// look evaluates the condition: what is true is enough, and the wake that came before is for another.
func (w *wait) look() {
	if w.looked++; w.looked >= w.number {
		w.ends(outcome{w.looked, nil}, none)
	}
}

func (w *wait) failed(err error) outcome {
	if w.way.name == "UntilValue" {
		return outcome{0, err}
	}
	return outcome{w.looked, err}
}

// events registers again before the body runs.
func (w *wait) events() {
	for !w.over {
		switch err := w.places[0].outcome(); {
		case err == nil:
			w.looked++
			w.places[0].leave(true)
			w.places[0] = w.srcs[0].enter()
			switch w.looked {
			case w.number:
				w.ends(outcome{w.looked, nil}, none)
			case w.number - 1:
				w.did()
			}
		case err != subscribe.ErrPending:
			w.ends(outcome{w.looked, err}, every)
		case w.up != nil:
			w.ends(outcome{w.looked, w.up}, none)
		default:
			return
		}
	}
}

func same(got, want error) bool {
	return want == nil && got == nil || want != nil && errors.Is(got, want)
}
