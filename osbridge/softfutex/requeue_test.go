package softfutex_test

import (
	"math"
	"sync/atomic"
	"syscall"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
)

func TestRequeueWakesAndMoves(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 5)
		n, err := m.Requeue(d, 0, 4, private, 1, 2)
		answer(t, "Requeue", n, err)(3, nil)
		want(t, "told", told(ws[0]), true)
		want(t, "at the first", waiting(t, m, d, 0, private), 2)
		want(t, "at the second", waiting(t, m, d, 4, private), 2)
		n, err = m.Wake(d, 4, private, MatchAny, 10)
		answer(t, "Wake", n, err)(2, nil)
		want(t, "the first, woken before", m.WaitComplete(ws[0], d), true)
		want(t, "the others", completed(t, m, d, ws[1:]...), "ww..")
	})
}

// Counts of 0 mean none here, other than in a Wake.
func TestRequeueOnlyWakesOrOnlyMoves(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 4)
		n, err := m.Requeue(d, 0, 4, private, 0, 0)
		answer(t, "Requeue of none", n, err)(0, nil)
		n, err = m.Requeue(d, 0, 4, private, 1, 0)
		answer(t, "Requeue, wakes", n, err)(1, nil)
		n, err = m.Requeue(d, 0, 4, private, 0, 1)
		answer(t, "Requeue, moves", n, err)(1, nil)
		want(t, "at the second", waiting(t, m, d, 4, private), 1)
		want(t, "woken", completed(t, m, d, ws...), "w...")
	})
}

// Who is moved comes behind those who are there, and keeps its bitmask.
func TestRequeueKeepsOrderAndBitmask(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		a := prepared(t, m, d, 0, private, 0, 1, 2)
		b := prepared(t, m, d, 4, private, 0, MatchAny, 1)
		n, err := m.Requeue(d, 0, 4, private, 0, 2)
		answer(t, "Requeue", n, err)(2, nil)
		n, err = m.Wake(d, 4, private, 2, 10)
		answer(t, "Wake, of another mask", n, err)(1, nil)
		n, err = m.Wake(d, 4, private, 1, 1)
		answer(t, "Wake, of their mask", n, err)(1, nil)
		want(t, "woken", completed(t, m, d, append(a, b...)...), "w.w")
	})
}

func TestRequeueOfNobody(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 4, private, 0, MatchAny, 1)
		n, err := m.Requeue(d, 0, 4, private, 1, 1)
		answer(t, "Requeue", n, err)(0, nil)
		want(t, "woken", completed(t, m, d, ws...), ".")
	})
}

func TestRequeueOfNegativeCountsIsEINVAL(t *testing.T) {
	m, d := NewManager(), words(2)
	ws := prepared(t, m, d, 0, true, 0, MatchAny, 1)
	for _, c := range [][2]int{{-1, 1}, {1, -1}} {
		n, err := m.Requeue(d, 0, 4, true, c[0], c[1])
		answer(t, "Requeue", n, err)(0, syscall.EINVAL)
		n, err = m.RequeueCmp(d, 0, 4, true, 0, c[0], c[1])
		answer(t, "RequeueCmp", n, err)(0, syscall.EINVAL)
	}
	want(t, "woken", completed(t, m, d, ws...), ".")
}

func TestRequeueCmp(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 3)
		d.words[0].Store(1)
		n, err := m.RequeueCmp(d, 0, 4, private, 0, 1, 1)
		answer(t, "RequeueCmp, another value", n, err)(0, syscall.EAGAIN)
		want(t, "at the first", waiting(t, m, d, 0, private), 3)
		n, err = m.RequeueCmp(d, 0, 4, private, 1, 1, 1)
		answer(t, "RequeueCmp", n, err)(2, nil)
		want(t, "at the second", waiting(t, m, d, 4, private), 1)
		want(t, "woken", completed(t, m, d, ws...), "w..")
	})
}

// The comparison is made also if nobody waits.
func TestRequeueCmpOfNobodyCompares(t *testing.T) {
	m, d := NewManager(), words(2)
	n, err := m.RequeueCmp(d, 0, 4, true, 1, 1, 1)
	answer(t, "RequeueCmp", n, err)(0, syscall.EAGAIN)
	n, err = m.RequeueCmp(d, 0, 4, true, 0, 1, 1)
	answer(t, "RequeueCmp", n, err)(0, nil)
}

// There and back, and a wait that is ended elsewhere than it began.
func TestRequeueThereAndBack(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 3)
		m.Requeue(d, 0, 4, private, 0, 3)
		want(t, "WaitComplete", m.WaitComplete(ws[1], d), false)
		n, err := m.Requeue(d, 4, 0, private, 0, 3)
		answer(t, "Requeue back", n, err)(2, nil)
		n, err = m.Wake(d, 0, private, MatchAny, 3)
		answer(t, "Wake", n, err)(2, nil)
		want(t, "woken", completed(t, m, d, ws...), "w.w")
	})
}

// From memory of a manager's own to an object that several share, and back: the two kinds of shared futexes.
func TestRequeueFromKindToKind(t *testing.T) {
	m := NewManager()
	d := &mixed{words(4)}
	ws := prepared(t, m, d, 0, false, 0, MatchAny, 2)
	n, err := m.Requeue(d, 0, 8, false, 0, 2)
	answer(t, "Requeue", n, err)(2, nil)
	n, err = m.Fork().Wake(d, 8, false, MatchAny, 1)
	answer(t, "Wake by the other one", n, err)(1, nil)
	n, err = m.Requeue(d, 8, 0, false, 0, 2)
	answer(t, "Requeue back", n, err)(1, nil)
	want(t, "waiting", waiting(t, m, d, 0, false), 1)
	want(t, "woken", completed(t, m, d, ws...), "w.")
}

// mixed is anonymous up to address 8.
type mixed struct{ *memory }

func (x *mixed) GetSharedKey(addr Addr) (Key, error) {
	if addr < 8 {
		return Key{Kind: KindSharedPrivate, Offset: uint64(addr)}, nil
	}
	return x.memory.GetSharedKey(addr)
}

// An identity counts its references.
type identity struct{ refs, most atomic.Int64 }

func (i *identity) IncRef()       { i.most.Store(max(i.most.Load(), i.refs.Add(1))) }
func (i *identity) DecRef(Target) { i.refs.Add(-1) }

// A waiter keeps the mapping that it waits on, and no other: whatever ends its wait, and
// wherever it was moved.
func TestReferencesOfMappings(t *testing.T) {
	m := NewManager()
	ids := []*identity{{}, {}}
	refs := func() [2]int64 { return [2]int64{ids[0].refs.Load(), ids[1].refs.Load()} }
	d := &mapped{words(4), ids, false}
	ws := prepared(t, m, d, 0, false, 0, MatchAny, 3)
	want(t, "three wait", refs(), [2]int64{3, 0})
	m.Wake(d, 0, false, MatchAny, 1)
	want(t, "one is woken", refs(), [2]int64{3, 0})
	want(t, "WaitComplete", m.WaitComplete(ws[0], d), true)
	want(t, "and has ended", refs(), [2]int64{2, 0})
	m.Requeue(d, 0, 0, false, 0, 3)
	want(t, "requeued to itself", refs(), [2]int64{2, 0})
	m.Requeue(d, 0, 8, false, 0, 1)
	want(t, "one moved", refs(), [2]int64{1, 1})
	m.RequeueCmp(d, 0, 8, false, 1, 0, 1)
	m.WakeOp(d, 0, 8, false, 0, 0, EncodeOp(5, 0, 0, 0))
	want(t, "errors", refs(), [2]int64{1, 1})
	m.WaitComplete(ws[1], d)
	want(t, "the moved one has ended", refs(), [2]int64{1, 0})
	wantErr(t, "another value", m.WaitPrepare(ws[0], d, 0, false, 1, MatchAny), syscall.EAGAIN)
	m.Wake(d, 400, false, MatchAny, 1)
	m.Requeue(d, 0, 400, false, 0, math.MaxInt)
	want(t, "errors", refs(), [2]int64{1, 0})
	d.breaks = true
	wantPanic(t, "the memory is gone", func() { m.WaitPrepare(ws[0], d, 0, false, 0, MatchAny) })
	wantPanic(t, "the memory is gone", func() { m.RequeueCmp(d, 0, 8, false, 0, 0, 1) })
	wantPanic(t, "the memory is gone", func() { m.WakeOp(d, 0, 8, false, 0, 1, EncodeOp(OpAdd, 1, 0, 0)) })
	wantPanic(t, "the memory is gone", func() { m.LockPI(ws[0], d, 0, 1, false, false) })
	wantPanic(t, "the memory is gone", func() { m.UnlockPI(d, 0, 1, false) })
	d.breaks = false
	want(t, "panics", refs(), [2]int64{1, 0})
	want(t, "nobody else waits", waiting(t, m, d, 0, false), 1)
	m.WaitComplete(ws[2], d)
	locked, err := m.LockPI(ws[0], d, 0, 1, false, false)
	want(t, "LockPI", locked && err == nil, true)
	want(t, "locked", refs(), [2]int64{0, 0})
	locked, err = m.LockPI(ws[0], d, 0, 2, false, false)
	want(t, "LockPI", locked || err != nil, false)
	want(t, "one waits for the lock", refs(), [2]int64{1, 0})
	wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 1, false), nil)
	m.WaitComplete(ws[0], d)
	want(t, "in the end", refs(), [2]int64{0, 0})
}

// mapped is two mappings of two words each. If it breaks, no word can be loaded.
type mapped struct {
	*memory
	ids    []*identity
	breaks bool
}

func (x *mapped) GetSharedKey(addr Addr) (Key, error) {
	if addr >= 16 {
		return Key{}, syscall.EFAULT
	}
	id := x.ids[addr/8]
	id.IncRef()
	return Key{Kind: KindSharedMappable, Mappable: x, MappingIdentity: id, Offset: uint64(addr)}, nil
}

func (x *mapped) LoadUint32(addr Addr) (uint32, error) {
	if x.breaks {
		panic("the memory is gone")
	}
	return x.memory.LoadUint32(addr)
}
