package subscribe_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"pgregory.net/rapid"
)

// Random programs of goroutines that wait for cells, queues and a source that is not of this module, alone and in groups, in a
// bubble: wakes, broadcasts, closes, newcomers, cancellations, and deadlines by the bubble's clock. After each step all is
// still. Then exactly those have returned that the model says, with what it says; and each source's books say what the
// model's do: a wake is stored, or with one wait, or taken by one. Handles that are over are used on.

func TestWaitsFollowTheirModel(t *testing.T) {
	for range max(1, rounds(8)) { // there are many ways and many sources, and a program takes a millisecond
		rapid.Check(t, waitsInBubble)
	}
}

func FuzzWaits(f *testing.F) { f.Fuzz(rapid.MakeFuzz(waitsInBubble)) }

func waitsInBubble(t *rapid.T) { rapid.SyncTest(t, waitsProgram) }

type model struct {
	sources []*books
	waits   []*wait // those that are not over
	begun   int
	stale   []subscribe.Subscription
}

func waitsProgram(t *rapid.T) {
	m := &model{sources: []*books{cellBooks("a"), cellBooks("b"), queueBooks("q"), queueBooks("r"), trayBooks("x"), trayBooks("y")}}
	defer func() { // also when the fuzzer's input ends in the middle: nobody may be left in the bubble
		for _, w := range m.waits {
			w.cancel(nil)
		}
		settled()
	}()
	source := func(t *rapid.T) *books { return rapid.SampledFrom(m.sources).Draw(t, "source") }
	asleep := func(t *rapid.T) *wait {
		if len(m.waits) == 0 {
			return nil
		}
		return rapid.SampledFrom(m.waits).Draw(t, "wait")
	}
	t.Repeat(map[string]func(*rapid.T){
		"":          m.check,
		"group":     func(t *rapid.T) { m.begin(t, rapid.SampledFrom(ways[:2]).Draw(t, "way")) },
		"loop":      func(t *rapid.T) { m.begin(t, rapid.SampledFrom(ways[2:5]).Draw(t, "way")) },
		"wait":      func(t *rapid.T) { m.begin(t, rapid.SampledFrom(ways[5:]).Draw(t, "way")) },
		"Wake":      func(t *rapid.T) { m.wake(t, source(t)) },
		"wake many": m.wakeMany,
		"broadcast": func(t *rapid.T) {
			b := rapid.SampledFrom(m.sources[2:4]).Draw(t, "queue")
			if got, want := b.wakeAll(), b.wokeAll(); got != want {
				t.Fatalf("WakeAll of %s: %d, the model says %d", b.name, got, want)
			}
		},
		"Poll": func(t *rapid.T) {
			b := source(t)
			if got, want := b.poll(), b.stored > 0; got != want {
				t.Fatalf("Poll of %s: %v, the model says %v", b.name, got, want)
			}
			b.stored = max(0, b.stored-1)
		},
		"cancel": func(t *rapid.T) {
			if w := asleep(t); w != nil {
				w.cancel(nil)
				w.up = context.Canceled
			}
		},
		"wake and cancel": func(t *rapid.T) { // at once: the wake wins
			w := asleep(t)
			if w == nil || w.way.tosses {
				return
			}
			i := rapid.IntRange(0, len(w.places)-1).Draw(t, "place")
			if b := w.srcs[i]; len(b.line) == 0 || b.line[0] == w.places[i] { // or who is woken may wake it in its turn
				m.wake(t, b)
				w.cancel(errCause)
				w.up = errCause
			}
		},
		"time passes": func(t *rapid.T) {
			time.Sleep(time.Duration(rapid.IntRange(1, 3).Draw(t, "ms")) * time.Millisecond)
			m.expire()
		},
		"Close": func(t *rapid.T) {
			b := source(t)
			if rapid.IntRange(0, 7).Draw(t, "closes at 0") == 0 {
				b.close()
				b.all(shut)
				b.closed = true
			}
		},
		"a stale handle": m.useStale,
	})
}

// begin starts a wait, on the model and in truth.
func (m *model) begin(t *rapid.T, way way) {
	w := &wait{way: way, result: make(chan outcome, 1), act: nothing}
	most := 1
	if way.many {
		most = 10
	}
	for _, b := range rapid.SliceOfN(rapid.SampledFrom(m.sources), 1, most).Draw(t, "sources") {
		if b.kind != aCell || !slices.Contains(w.srcs, b) {
			w.srcs = append(w.srcs, b)
		}
	}
	w.number = rapid.IntRange(1, 3).Draw(t, "number")
	switch way.name {
	case "Do":
		w.act = rapid.SampledFrom([]act{nothing, wakes, calls, fails, panics}).Draw(t, "act")
	case "Events":
		w.act = rapid.SampledFrom([]act{nothing, wakes, calls}).Draw(t, "act")
	}
	d := time.Duration(rapid.IntRange(0, 4).Draw(t, "ms")) * time.Millisecond
	if way.again && slices.ContainsFunc(m.waits, func(v *wait) bool { return v.way.again && v.srcs[0] == w.srcs[0] }) {
		return // two that come again at once come in any order
	}

	if len(w.srcs) > 1 {
		m.putOut(t, w.srcs)
	}
	if rapid.IntRange(0, 3).Draw(t, "stirred at 0") == 0 && w.act == nothing && !way.tosses && len(w.srcs[0].line) == 0 {
		w.stirs = w.srcs[0]
	}

	m.begun++
	ctx, cancel := context.WithCancelCause(bg)
	w.cancel = cancel
	if d > 0 { // a moment of its own for everyone, so that they leave one after the other
		d += time.Duration(m.begun) * time.Nanosecond
		w.until = time.Now().Add(d)
		timed, stop := context.WithTimeout(ctx, d)
		ctx, w.cancel = timed, func(cause error) { cancel(cause); stop() }
	}
	if w.stirs != nil {
		wake := w.stirs.wake
		ctx = &hooked{ctx, func() { wake(); w.cancel(errCause) }}
	}
	var srcs []subscribe.Source
	for _, b := range w.srcs {
		srcs = append(srcs, ledger{w, b})
	}
	go func() { w.result <- way.run(ctx, w, srcs) }()
	m.waits = append(m.waits, w)
	w.begin()
}

// putOut puts those out of their cells whose places a group will take. What they hand on then could come before or after the
// group has registered there.
func (m *model) putOut(t *rapid.T, srcs []*books) {
	for _, b := range srcs {
		if b.kind == aCell && len(b.line) > 0 {
			b.enter().leave(false)
			b.real.Subscribe().Cancel()
			m.check(t)
		}
	}
}

func (m *model) wake(t *rapid.T, b *books) {
	if got, want := b.wake(), b.woke(); got != want {
		t.Fatalf("Wake of %s: %v, the model says %v", b.name, got, want)
	}
}

// wakeMany wakes some, while those who are woken run: whether a Wake finds one who is about to leave, nobody can tell,
// but it makes no difference in the end.
func (m *model) wakeMany(t *rapid.T) {
	for _, b := range rapid.SliceOfNDistinct(rapid.SampledFrom(m.sources), 2, len(m.sources), rapid.ID).Draw(t, "sources") {
		b.wake()
		b.woke()
	}
}

// expire lets go those whose deadlines have passed, one after the other.
func (m *model) expire() {
	var late []*wait
	for _, w := range m.waits {
		if !w.until.IsZero() && w.until.Before(time.Now()) {
			late = append(late, w)
		}
	}
	slices.SortFunc(late, func(v, w *wait) int { return v.until.Compare(w.until) })
	settled()
	for _, w := range late {
		w.up = context.DeadlineExceeded
		m.follow()
	}
}

// follow moves the model as far as it goes: who returns may hand on to others.
func (m *model) follow() {
	for _, w := range m.waits {
		select {
		case w.got = <-w.result:
			w.back = true
		default:
		}
	}
	for again := true; again; {
		again = false
		for _, w := range m.waits {
			if !w.over {
				w.way.advance(w)
				again = again || w.over
			}
		}
		for _, w := range m.waits {
			if !again && !w.over && w.stirs != nil {
				w.stirs.woke()
				w.stirs, w.up = nil, errCause
				again = true
			}
		}
	}
}

// check is the invariant.
func (m *model) check(t *rapid.T) {
	settled()
	m.follow()
	m.waits = slices.DeleteFunc(m.waits, func(w *wait) bool {
		switch {
		case w.back && !w.over:
			t.Fatalf("%s returned %v, the model says that it sleeps, or something else", w.way.name, w.got)
		case !w.back && w.over:
			t.Fatalf("%s sleeps, the model says that it returns %v", w.way.name, w.want)
		case !w.over:
			w.slept = true
			return false
		case w.got.n != w.want.n || !same(w.got.err, w.want.err):
			t.Fatalf("%s returned %v, the model says %v", w.way.name, w.got, w.want)
		}
		w.cancel(nil)
		m.stale = append(m.stale, w.handles...)
		return true
	})
	for _, b := range m.sources {
		if got, want := b.see(), b.String(); got != want {
			t.Fatalf("%s is %s, the model says %s", b.name, got, want)
		}
	}
}

// useStale uses the handle of a wait that is over. That does nothing to anybody: check sees to it.
func (m *model) useStale(t *rapid.T) {
	if len(m.stale) == 0 {
		return
	}
	s := rapid.SampledFrom(m.stale).Draw(t, "handle")
	var err error
	switch rapid.SampledFrom([]string{"Cancel", "C", "Err", "Wait"}).Draw(t, "use") {
	case "Cancel":
		s.Cancel()
		return
	case "C":
		s.C()
		return
	case "Err":
		err = s.Err()
	case "Wait":
		err = s.Wait(done())
	}
	if !same(err, subscribe.ErrEnded) && !same(err, waitcell.ErrReplaced) && !same(err, errCause) {
		t.Fatalf("a subscription that is over says %v", err)
	}
}

// A ledger is a source that keeps the handles that a wait is given, to use them when they are over.
type ledger struct {
	w *wait
	b *books
}

func (l ledger) Subscribe() subscribe.Subscription {
	s := l.b.real.Subscribe()
	l.w.handles = append(l.w.handles, s)
	return s
}
