package softfutex_test

import (
	"syscall"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
)

// Two managers of one family meet in objects, and nowhere else. The same for a third, and for two
// of which none is the founder.
func TestForkMeetsInObjectsOnly(t *testing.T) {
	founder := NewManager()
	second := founder.Fork()
	third := second.Fork()
	for _, pair := range [][2]*Manager{{founder, second}, {second, founder}, {second, third}, {founder, third}} {
		a, b := pair[0], pair[1]
		everyKind(t, func(t *testing.T, private bool, d *memory) {
			meet := !private && !d.anonymous
			ws := prepared(t, a, d, 0, private, 0, MatchAny, 1)
			n, err := b.Wake(d, 0, private, MatchAny, 1)
			if meet {
				answer(t, "Wake", n, err)(1, nil)
				want(t, "woken", completed(t, a, d, ws...), "w")
			} else {
				answer(t, "Wake", n, err)(0, nil)
				want(t, "woken", completed(t, a, d, ws...), ".")
			}
		})
	}
}

func TestManagersOfTwoFamiliesNeverMeet(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		a, b := NewManager(), NewManager()
		ws := prepared(t, a, d, 0, private, 0, MatchAny, 1)
		n, err := b.Wake(d, 0, private, MatchAny, 1)
		answer(t, "Wake", n, err)(0, nil)
		want(t, "woken", completed(t, a, d, ws...), ".")
	})
}

// Nobody waits in the new one, whoever waits in the old one.
func TestForkTakesNoWaiters(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 1)
		f := m.Fork()
		d2 := &memory{words: d.words, object: d.object, anonymous: d.anonymous}
		if private || d.anonymous {
			n, err := f.Wake(d2, 0, private, MatchAny, 1)
			answer(t, "Wake by the fork", n, err)(0, nil)
		}
		n, err := m.Wake(d, 0, private, MatchAny, 1)
		answer(t, "Wake", n, err)(1, nil)
		m.WaitComplete(ws[0], d)
	})
}

// An object is known by itself and the offset, not by the address that it is mapped at.
func TestObjectMappedTwice(t *testing.T) {
	m, f := new(twice), words(4)
	m.memory = f
	mgr := NewManager()
	ws := prepared(t, mgr, m, 100, false, 0, MatchAny, 1)
	n, err := mgr.Wake(m, 204, false, MatchAny, 1)
	answer(t, "Wake, another word", n, err)(0, nil)
	n, err = mgr.Wake(m, 200, false, MatchAny, 1)
	answer(t, "Wake", n, err)(1, nil)
	want(t, "woken", completed(t, mgr, m, ws...), "w")
	// Other objects at the same offset are others.
	ws = prepared(t, mgr, m, 100, false, 0, MatchAny, 1)
	other := &twice{memory: words(4)}
	n, err = mgr.Wake(other, 100, false, MatchAny, 1)
	answer(t, "Wake, another object", n, err)(0, nil)
	want(t, "woken", completed(t, mgr, m, ws...), ".")
}

// twice is an object at the addresses 100 and 200.
type twice struct{ *memory }

func (x *twice) LoadUint32(addr Addr) (uint32, error) { return x.memory.LoadUint32(addr % 100) }
func (x *twice) GetSharedKey(addr Addr) (Key, error) {
	return Key{Kind: KindSharedMappable, Mappable: x, Offset: uint64(addr % 100)}, nil
}

// The errors are those that x/sys and syscall have, by name.
func TestErrorsAreErrnos(t *testing.T) {
	m, d := NewManager(), words(1)
	err := m.WaitPrepare(NewWaiter(), d, 0, true, 1, MatchAny)
	if errno, ok := err.(syscall.Errno); !ok || errno != syscall.EAGAIN {
		t.Errorf("%T %v", err, err)
	}
}

// So many that some are in one bucket: the bucket does not make them one.
func TestManyObjectsAndManyForks(t *testing.T) {
	const n = 200
	founder := NewManager()
	var objects []*memory
	var managers []*Manager
	var ws []*Waiter
	own := words(1)
	for range n {
		d := words(1)
		d.object = d
		objects = append(objects, d)
		managers = append(managers, founder.Fork())
	}
	for i, d := range objects {
		ws = append(ws, prepared(t, founder, d, 0, false, 0, MatchAny, 1)...)
		prepared(t, managers[i], own, 0, true, 0, MatchAny, 1)
	}
	for i, d := range objects {
		got, err := founder.Wake(d, 0, false, MatchAny, 2*n)
		answer(t, "Wake in an object", got, err)(1, nil)
		want(t, "woken", completed(t, founder, d, ws[i]), "w")
		got, err = managers[i].Wake(own, 0, true, MatchAny, 2*n)
		answer(t, "Wake in a fork", got, err)(1, nil)
	}
}
