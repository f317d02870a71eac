package latch_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/internal/latch"
	"github.com/rouse-go/rouse/internal/trial"
)

type Latch = latch.Latch

func wantState(t *testing.T, l *Latch, want string) {
	t.Helper()
	if got := l.State(); got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
	if got := l.Clear(); got != (want == "free") {
		t.Errorf("Clear of one that is %s: %v", want, got)
	}
}

func want(t *testing.T, what string, got, want bool) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// become returns when l is in that state, which it is going to.
func become(l *Latch, state string) {
	for l.State() != state {
		runtime.Gosched()
	}
}

// A bench is a latch in one of its states, and whoever waits for it there.
type bench struct {
	Latch
	waits int
	got   chan bool // what their Lock returned; one that got it holds it
}

func in(state string) *bench {
	b := &bench{got: make(chan bool)}
	if state == "free" {
		return b
	}
	b.Lock()
	switch state {
	case "marked":
		b.Unlock(latch.Marked)
	case "retired":
		b.Retire()
	case "wanted":
		b.queue(b.Lock)
	case "owed":
		b.queue(b.LockTired)
	}
	become(&b.Latch, state)
	return b
}

func (b *bench) queue(lock func() bool) {
	b.waits++
	go func() { b.got <- lock() }()
}

// Every operation that does not sleep, in every state.
func TestTable(t *testing.T) {
	trial.Watch(t, nil)
	lock := func(b *bench) bool { return b.Lock() }
	try := func(b *bench) bool { return b.TryLock() }
	free := func(b *bench) bool { b.Unlock(latch.Free); return true }
	mark := func(b *bench) bool { b.Unlock(latch.Marked); return true }
	tryFree := func(b *bench) bool { return b.TryUnlock(latch.Free) }
	tryMark := func(b *bench) bool { return b.TryUnlock(latch.Marked) }
	retire := func(b *bench) bool { b.Retire(); return true }
	for _, test := range []struct {
		state, op string
		do        func(*bench) bool
		ok        bool
		then      string // where it is then, and once those who wait have what they wait for
	}{
		{"free", "Lock", lock, true, "held"},
		{"free", "TryLock", try, true, "held"},
		{"free", "TryUnlock", tryFree, false, "free"},
		{"marked", "Lock", lock, true, "held"},
		{"marked", "TryLock", try, true, "held"},
		{"marked", "TryUnlock", tryFree, false, "marked"},
		{"held", "TryLock", try, false, "held"},
		{"held", "Unlock free", free, true, "free"},
		{"held", "Unlock marked", mark, true, "marked"},
		{"held", "TryUnlock free", tryFree, true, "free"},
		{"held", "TryUnlock marked", tryMark, true, "marked"},
		{"held", "Retire", retire, true, "retired"},
		{"wanted", "TryLock", try, false, "wanted"},
		{"wanted", "TryUnlock", tryFree, false, "wanted"},
		{"wanted", "Unlock free", free, true, "held"},
		{"wanted", "Unlock marked", mark, true, "held"},
		{"wanted", "Retire", retire, true, "retired"},
		{"owed", "TryLock", try, false, "owed"},
		{"owed", "TryUnlock", tryMark, false, "owed"},
		{"owed", "Unlock free", free, true, "held"},
		{"owed", "Unlock marked", mark, true, "held"},
		{"owed", "Retire", retire, true, "retired"},
		{"retired", "Lock", lock, false, "retired"},
		{"retired", "TryLock", try, false, "retired"},
		{"retired", "TryUnlock", tryFree, false, "retired"},
	} {
		t.Run(test.state+"/"+test.op, func(t *testing.T) {
			b := in(test.state)
			wantState(t, &b.Latch, test.state)
			want(t, test.op, test.do(b), test.ok)
			if test.then == test.state {
				wantState(t, &b.Latch, test.then)
				if b.waits > 0 {
					b.Unlock(latch.Free)
				}
			}
			for range b.waits {
				want(t, "Lock of who waited", <-b.got, test.then != "retired")
			}
			if test.then != test.state {
				wantState(t, &b.Latch, test.then)
			}
		})
	}
}

// Who unlocks or retires what nobody holds is told so, and nothing is changed by it.
func TestUnlockOfAnUnlockedPanics(t *testing.T) {
	for _, state := range []string{"free", "marked", "retired"} {
		t.Run(state, func(t *testing.T) {
			b := in(state)
			const text = "latch: unlock of a latch that nobody holds"
			trial.WantPanic(t, text, func() { b.Unlock(latch.Free) })
			trial.WantPanic(t, text, func() { b.Unlock(latch.Marked) })
			trial.WantPanic(t, text, b.Retire)
			wantState(t, &b.Latch, state)
		})
	}
}

// An owed latch is handed over: from the Unlock on it is held, so nobody else takes it, whatever the
// one who gets it is doing.
func TestHandOver(t *testing.T) {
	trial.Watch(t, nil)
	b := in("owed")
	b.Unlock(latch.Free)
	wantState(t, &b.Latch, "held")
	want(t, "TryLock", b.TryLock(), false)
	want(t, "Lock of who was owed it", <-b.got, true)
	b.Unlock(latch.Marked)
	wantState(t, &b.Latch, "marked")
}

// Those behind the one at the gate come to it one after another, and get the latch, or learn that it is
// retired.
func TestLineMovesUp(t *testing.T) {
	trial.Watch(t, nil)
	for _, retire := range []bool{false, true} {
		b := in("wanted")
		b.queue(b.Lock)
		b.queue(b.LockTired)
		if retire {
			b.Retire()
		} else {
			b.Unlock(latch.Marked)
		}
		for range b.waits {
			if got := <-b.got; got {
				b.Unlock(latch.Marked)
			} else if !retire {
				t.Error("Lock failed, and nobody retired it")
			}
		}
		want(t, "retired", b.State() == "retired", retire)
	}
}

// The same latch is waited for inside a bubble and outside. A wait for it is not durable: fake time
// stands still, and synctest.Wait waits, until it is over.
func TestBubble(t *testing.T) {
	trial.Watch(t, nil)
	b := in("held")
	outside := make(chan bool)
	go func() {
		become(&b.Latch, "wanted") // by who is in the bubble
		b.Unlock(latch.Free)
		outside <- true
	}()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got := false
		go func() { got = b.Lock() }()
		synctest.Wait()
		want(t, "Lock in the bubble", got, true)
		if d := time.Since(start); d != 0 {
			t.Errorf("%v went by", d)
		}
	})
	<-outside
	b.queue(b.LockTired)
	become(&b.Latch, "owed") // to who is outside, by who was in the bubble
	synctest.Test(t, func(t *testing.T) { b.Unlock(latch.Marked) })
	want(t, "Lock outside", <-b.got, true)
}
