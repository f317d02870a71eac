package softfutex_test

import (
	"context"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
)

var noContext context.Context

// Bad use is told at once, by a panic in package form, and leaves nobody waiting.
func TestBadUsePanics(t *testing.T) {
	m, d := NewManager(), words(2)
	busy := prepared(t, m, d, 0, true, 0, MatchAny, 1)[0]
	for _, r := range []struct {
		want string
		f    func()
	}{
		{"softfutex: nil context", func() { m.Wait(noContext, d, 0, true, 0, MatchAny) }},
		{"softfutex: nil target", func() { m.Wait(bg, nil, 0, true, 0, MatchAny) }},
		{"softfutex: nil target", func() { m.Wake(nil, 0, true, MatchAny, 1) }},
		{"softfutex: nil target", func() { m.Requeue(nil, 0, 4, true, 1, 1) }},
		{"softfutex: nil waiter", func() { m.WaitPrepare(nil, d, 0, true, 0, MatchAny) }},
		{"softfutex: nil waiter", func() { m.WaitComplete(nil, d) }},
		{"softfutex: nil waiter", func() { m.LockPI(nil, d, 0, 1, true, false) }},
		{"softfutex: the waiter waits already", func() { m.WaitPrepare(busy, d, 0, true, 0, MatchAny) }},
		{"softfutex: the waiter waits already", func() { m.LockPI(busy, d, 4, 1, true, false) }},
		{"softfutex: the waiter waits with another Manager", func() { NewManager().WaitComplete(busy, d) }},
		{"softfutex: no tid", func() { m.LockPI(NewWaiter(), d, 4, 0, true, false) }},
		{"softfutex: no tid", func() { m.LockPI(NewWaiter(), d, 4, Waiters|1, true, false) }},
		{"softfutex: no tid", func() { m.UnlockPI(d, 4, 0, true) }},
		{"softfutex: GetSharedKey returned a private key", func() { m.Wake(liar{d}, 0, false, MatchAny, 1) }},
	} {
		wantPanic(t, r.want, r.f)
	}
	want(t, "waiting", waiting(t, m, d, 0, true), 1)
	want(t, "waiting", waiting(t, m, d, 4, true), 0)
	want(t, "woken", completed(t, m, d, busy), ".")
}

type liar struct{ *memory }

func (liar) GetSharedKey(addr Addr) (Key, error) { return Key{Offset: uint64(addr)}, nil }

// A Target that panics or ends its goroutine leaves the Manager as it was.
func TestTargetThatPanics(t *testing.T) {
	m, d := NewManager(), words(2)
	ws := prepared(t, m, d, 0, true, 0, MatchAny, 2)
	for name, f := range map[string]func(){
		"Wait":       func() { m.Wait(bg, d, 0, true, 0, MatchAny) },
		"RequeueCmp": func() { m.RequeueCmp(d, 0, 4, true, 0, 1, 1) },
		"WakeOp":     func() { m.WakeOp(d, 0, 4, true, 1, 1, 0) },
		"LockPI":     func() { m.LockPI(NewWaiter(), d, 0, 1, true, false) },
		"UnlockPI":   func() { m.UnlockPI(d, 0, 1, true) },
	} {
		d.at = func(Addr) { panic("the memory is gone") }
		wantPanic(t, "the memory is gone", f)
		d.at = nil
		want(t, name+": waiting", waiting(t, m, d, 0, true), 2)
	}
	n, err := m.Wake(d, 0, true, MatchAny, 2)
	answer(t, "Wake", n, err)(2, nil)
	want(t, "woken", completed(t, m, d, ws...), "ww")
}

// The zero values are ready.
func TestZeroValues(t *testing.T) {
	var m Manager
	var w Waiter
	d := words(1)
	want(t, "WaitComplete", m.WaitComplete(&w, d), false)
	n, err := m.Wake(d, 0, true, MatchAny, 1)
	answer(t, "Wake", n, err)(0, nil)
	wantErr(t, "WaitPrepare", m.WaitPrepare(&w, d, 0, false, 0, MatchAny), nil)
	n, err = m.Fork().Wake(d, 0, false, MatchAny, 1)
	answer(t, "Wake", n, err)(1, nil)
	want(t, "woken", completed(t, &m, d, &w), "w")
}
