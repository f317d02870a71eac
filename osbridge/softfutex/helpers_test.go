package softfutex_test

import (
	"context"
	"errors"
	"syscall"
	"testing"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/trial"
	. "github.com/rouse-go/rouse/osbridge/softfutex"
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

var bg = context.Background()

// A memory is a Target: words at addresses 0, 4, 8 and so on, all of them at the same offset in
// one object, unless they are said to be anonymous.
type memory struct {
	words     []atom.Uint32
	object    any
	identity  MappingIdentity
	anonymous bool
	at        func(addr Addr) // called before each access, with the lock held
}

func words(n int) *memory { return &memory{words: make([]atom.Uint32, n)} }

func (m *memory) word(addr Addr) (*atom.Uint32, error) {
	if m.at != nil {
		m.at(addr)
	}
	if addr/4 >= Addr(len(m.words)) {
		return nil, syscall.EFAULT
	}
	return &m.words[addr/4], nil
}

func (m *memory) SwapUint32(addr Addr, new uint32) (uint32, error) {
	w, err := m.word(addr)
	if err != nil {
		return 0, err
	}
	return w.Swap(new), nil
}

func (m *memory) CompareAndSwapUint32(addr Addr, old, new uint32) (uint32, error) {
	w, err := m.word(addr)
	if err != nil {
		return 0, err
	}
	for {
		if w.CompareAndSwap(old, new) {
			return old, nil
		}
		if cur := w.Load(); cur != old {
			return cur, nil
		}
	}
}

func (m *memory) LoadUint32(addr Addr) (uint32, error) {
	w, err := m.word(addr)
	if err != nil {
		return 0, err
	}
	return w.Load(), nil
}

func (m *memory) GetSharedKey(addr Addr) (Key, error) {
	switch {
	case addr/4 >= Addr(len(m.words)):
		return Key{}, syscall.EFAULT
	case m.anonymous:
		return Key{Kind: KindSharedPrivate, Offset: uint64(addr)}, nil
	}
	if m.identity != nil {
		m.identity.IncRef()
	}
	return Key{Kind: KindSharedMappable, Mappable: m.object, MappingIdentity: m.identity, Offset: uint64(addr)}, nil
}

// everyKind runs f for each kind of futex.
func everyKind(t *testing.T, f func(t *testing.T, private bool, d *memory)) {
	t.Run("private", func(t *testing.T) { f(t, true, words(8)) })
	t.Run("sharedPrivate", func(t *testing.T) {
		d := words(8)
		d.anonymous = true
		f(t, false, d)
	})
	t.Run("sharedMappable", func(t *testing.T) { f(t, false, words(8)) })
	t.Run("sharedObject", func(t *testing.T) {
		d := words(8)
		d.object = d
		f(t, false, d)
	})
}

// want fails unless got is want.
func want[T comparable](t trial.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// answer fails unless a call returned n and err.
func answer(t trial.T, what string, n int, err error) func(wantN int, want error) {
	t.Helper()
	return func(wantN int, want error) {
		t.Helper()
		if n != wantN || !errors.Is(err, want) {
			t.Errorf("%s: %d, %v, want %d, %v", what, n, err, wantN, want)
		}
	}
}

// prepared returns n waiters on a word.
func prepared(t testing.TB, m *Manager, d Target, addr Addr, private bool, val, mask uint32, n int) []*Waiter {
	t.Helper()
	ws := make([]*Waiter, n)
	for i := range ws {
		ws[i] = NewWaiter()
		if err := m.WaitPrepare(ws[i], d, addr, private, val, mask); err != nil {
			t.Fatalf("WaitPrepare: %v", err)
		}
	}
	return ws
}

// told reports whether C delivers.
func told(w *Waiter) bool {
	select {
	case <-w.C:
		return true
	default:
		return false
	}
}

// completed ends the waits of ws, and says who was woken, a letter each: w or dot. C must have
// delivered to those and no others.
func completed(t trial.T, m *Manager, d Target, ws ...*Waiter) string {
	t.Helper()
	s := ""
	for _, w := range ws {
		c := told(w)
		woken := m.WaitComplete(w, d)
		if c != woken {
			t.Errorf("C delivered: %v, woken: %v", c, woken)
		}
		if woken {
			s += "w"
		} else {
			s += "."
		}
	}
	return s
}

// waiting returns how many wait on a word, by a requeue to itself.
func waiting(t trial.T, m *Manager, d Target, addr Addr, private bool) int {
	t.Helper()
	n, err := m.Requeue(d, addr, addr, private, 0, 1<<30)
	wantErr(t, "Requeue to itself", err, nil)
	return n
}
