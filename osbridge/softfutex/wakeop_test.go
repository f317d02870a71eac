package softfutex_test

import (
	"syscall"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
)

// WakeOp on two words, each with two who wait or none. op 0 sets the second word to 0 and
// compares it with 0, which holds; op 1 compares it with 1, which does not.
func TestWakeOp(t *testing.T) {
	for _, r := range []struct {
		name          string
		first, second int // how many wait
		n1, n2        int
		op            uint32
		count         int
		woken         string
	}{
		{"Empty", 0, 0, 10, 10, 0, 0, ""},
		{"FirstNonEmpty", 2, 0, 10, 0, 0, 2, "ww"},
		{"SecondNonEmpty", 0, 2, 0, 10, 0, 2, "ww"},
		{"SecondNonEmptyFailingOp", 0, 2, 0, 10, 1, 0, ".."},
		{"AllNonEmpty", 2, 2, 10, 10, 0, 4, "wwww"},
		{"AllNonEmptyFailingOp", 2, 2, 10, 10, 1, 2, "ww.."},
		{"Some", 3, 3, 1, 2, 0, 3, "w..ww."},
		{"NoCountIsOne", 2, 2, 0, -1, 0, 2, "w.w."},
	} {
		t.Run(r.name, func(t *testing.T) {
			everyKind(t, func(t *testing.T, private bool, d *memory) {
				m := NewManager()
				ws := append(prepared(t, m, d, 0, private, 0, MatchAny, r.first), prepared(t, m, d, 4, private, 0, MatchAny, r.second)...)
				n, err := m.WakeOp(d, 0, 4, private, r.n1, r.n2, r.op)
				answer(t, "WakeOp", n, err)(r.count, nil)
				want(t, "woken", completed(t, m, d, ws...), r.woken)
			})
		})
	}
}

func TestWakeOpSameAddress(t *testing.T) {
	for _, r := range []struct {
		name  string
		op    uint32
		count int
		woken string
	}{
		{"", 0, 2, "ww.."},
		{"FailingOp", 1, 1, "w..."},
	} {
		t.Run(r.name, func(t *testing.T) {
			everyKind(t, func(t *testing.T, private bool, d *memory) {
				m := NewManager()
				ws := prepared(t, m, d, 0, private, 0, MatchAny, 4)
				n, err := m.WakeOp(d, 0, 0, private, 1, 1, r.op)
				answer(t, "WakeOp", n, err)(r.count, nil)
				want(t, "woken", completed(t, m, d, ws...), r.woken)
			})
		})
	}
}

// One waits on each of two words. The second word is 2, and 1 is added to it.
func TestWakeOpCondition(t *testing.T) {
	for _, r := range []struct {
		than  int
		count int
		woken string
	}{{2, 2, "ww"}, {1, 1, "w."}} {
		everyKind(t, func(t *testing.T, private bool, d *memory) {
			m := NewManager()
			ws := append(prepared(t, m, d, 0, private, 0, MatchAny, 1), prepared(t, m, d, 4, private, 0, MatchAny, 1)...)
			d.words[1].Store(2)
			n, err := m.WakeOp(d, 0, 4, private, 1, 1, EncodeOp(OpAdd, 1, CmpEq, r.than))
			answer(t, "WakeOp", n, err)(r.count, nil)
			want(t, "word", d.words[1].Load(), 3)
			want(t, "woken", completed(t, m, d, ws...), r.woken)
		})
	}
}

// What becomes of the word, and of the comparison, which is told by whether the second is woken.
func TestWakeOpArithmetic(t *testing.T) {
	const minus1 = ^uint32(0)
	for _, r := range []struct {
		name string
		was  uint32
		op   uint32
		is   uint32
		also bool
	}{
		{"Set", 1, EncodeOp(OpSet, 2, CmpEq, 0), 2, false},
		{"Add", 1, EncodeOp(OpAdd, 1, CmpEq, 0), 2, false},
		{"Or", 1, EncodeOp(OpOr, 2, CmpEq, 0), 3, false},
		{"Andn", 3, EncodeOp(OpAndn, 2, CmpEq, 0), 1, false},
		{"Xor", 0b1010, EncodeOp(OpXor, 0b1100, CmpEq, 0), 0b0110, false},
		{"SetShifted", 1, EncodeOp(OpSet|OpShift, 31, CmpEq, 1), 1 << 31, true},
		{"AddShifted", 1, EncodeOp(OpAdd|OpShift, 4, CmpEq, 1), 17, true},
		{"ShiftModulo32", 0, EncodeOp(OpSet|OpShift, 33, CmpEq, 0), 2, true},
		{"ShiftNegative", 0, EncodeOp(OpSet|OpShift, -1, CmpEq, 0), 1 << 31, true},
		{"OperandHasASign", 5, EncodeOp(OpAdd, -1, CmpEq, 5), 4, true},
		{"SetToMinusOne", 5, EncodeOp(OpSet, -1, CmpEq, 5), minus1, true},
		{"ComparandHasASign", minus1, EncodeOp(OpOr, 0, CmpEq, -1), minus1, true},
		{"Ne", 5, EncodeOp(OpOr, 0, CmpNe, 4), 5, true},
		{"LtHasASign", minus1, EncodeOp(OpOr, 0, CmpLt, 0), minus1, true},
		{"Lt", 0, EncodeOp(OpOr, 0, CmpLt, 0), 0, false},
		{"Le", 0, EncodeOp(OpOr, 0, CmpLe, 0), 0, true},
		{"Gt", 1, EncodeOp(OpOr, 0, CmpGt, -2048), 1, true},
		{"GtHasASign", minus1, EncodeOp(OpOr, 0, CmpGt, 0), minus1, false},
		{"Ge", 0, EncodeOp(OpOr, 0, CmpGe, 0), 0, true},
		{"GeNot", minus1, EncodeOp(OpOr, 0, CmpGe, 0), minus1, false},
	} {
		t.Run(r.name, func(t *testing.T) {
			m, d := NewManager(), words(2)
			ws := prepared(t, m, d, 4, true, 0, MatchAny, 1)
			d.words[1].Store(r.was)
			n, err := m.WakeOp(d, 0, 4, true, 1, 1, r.op)
			wantErr(t, "WakeOp", err, nil)
			want(t, "the comparison", n == 1, r.also)
			want(t, "the word", d.words[1].Load(), r.is)
			m.WaitComplete(ws[0], d)
		})
	}
}

// An unknown operation does nothing, an unknown comparison has changed the word. Nobody is woken.
func TestWakeOpUnknown(t *testing.T) {
	m, d := NewManager(), words(2)
	ws := prepared(t, m, d, 0, true, 0, MatchAny, 1)
	for _, r := range []struct {
		op uint32
		is uint32
	}{
		{EncodeOp(5, 1, CmpEq, 0), 0},
		{EncodeOp(7|OpShift, 1, CmpEq, 0), 0},
		{EncodeOp(OpAdd, 1, 6, 0), 1},
		{EncodeOp(OpAdd, 1, 15, 0), 1},
	} {
		d.words[1].Store(0)
		n, err := m.WakeOp(d, 0, 4, true, 1, 1, r.op)
		answer(t, "WakeOp", n, err)(0, syscall.ENOSYS)
		want(t, "the word", d.words[1].Load(), r.is)
	}
	want(t, "woken", completed(t, m, d, ws...), ".")
}

// The word is changed in one atomic step, whatever others do with it.
func TestWakeOpIsAtomic(t *testing.T) {
	m, d := NewManager(), words(2)
	times := rounds(20000)
	add := func() {
		for range times {
			m.WakeOp(d, 0, 4, true, 1, 1, EncodeOp(OpAdd, 1, CmpEq, 0))
		}
	}
	together(add, add, func() {
		for range times {
			d.words[1].Add(1)
		}
	})
	want(t, "the sum", d.words[1].Load(), uint32(3*times))
}
