package softfutex_test

import (
	"math"
	"slices"
	"syscall"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
	"pgregory.net/rapid"
)

// Random programs of one goroutine on a family of two managers, against a model that a child could
// follow: a line for each futex. What programs of several threads do stands in the
// differential tests, for the kernel is the model there.

func TestManagerFollowsItsModel(t *testing.T) { rapid.Check(t, managerProgram) }
func FuzzManager(f *testing.F)                { f.Fuzz(rapid.MakeFuzz(managerProgram)) }

const (
	modelWords   = 4 // of them the first two are anonymous
	modelWaiters = 6
)

// A futex is known to the model by its place: whose and which word. Objects are nobody's.
type futex struct {
	private bool
	whose   int
	addr    Addr
}

func futexOf(whose int, addr Addr, private bool) futex {
	if !private && addr >= 8 {
		whose = 0
	}
	return futex{private, whose, addr}
}

// One of those who wait, in the model.
type modelWaiter struct {
	line    futex
	waits   bool // or it was woken; and in both cases it has not ended
	woken   bool
	mask    uint32
	tid     uint32 // not 0: it waits for a lock
	manager int
}

type managerModel struct {
	lines map[futex][]int
	ws    [modelWaiters]modelWaiter
	words [2][modelWords]uint32
}

func (m *managerModel) word(whose int, addr Addr) *uint32 {
	if addr >= 8 {
		whose = 0
	}
	return &m.words[whose][addr/4]
}

func (m *managerModel) leave(i int) {
	w := &m.ws[i]
	m.lines[w.line] = slices.DeleteFunc(m.lines[w.line], func(k int) bool { return k == i })
	w.waits = false
}

func (m *managerModel) wake(f futex, mask uint32, n int) (woken int, err error) {
	for _, i := range slices.Clone(m.lines[f]) {
		if woken == max(n, 1) {
			break
		}
		if m.ws[i].tid != 0 {
			return woken, syscall.EINVAL
		}
		if m.ws[i].mask&mask != 0 {
			m.leave(i)
			m.ws[i].woken = true
			woken++
		}
	}
	return woken, nil
}

func (m *managerModel) requeue(a, b futex, nwake, nreq int) (n int, err error) {
	for _, i := range slices.Clone(m.lines[a]) {
		if n >= nwake && n-nwake >= nreq {
			break
		}
		if m.ws[i].tid != 0 {
			return n, syscall.EINVAL
		}
		if n++; n <= nwake {
			m.leave(i)
			m.ws[i].woken = true
		} else if a != b {
			m.leave(i)
			m.ws[i].waits, m.ws[i].line = true, b
			m.lines[b] = append(m.lines[b], i)
		}
	}
	return n, nil
}

// A program is the model, what it is a model of, and how to choose.
type program struct {
	managerModel
	managers [2]*Manager
	memory   [2]*family
	real     [modelWaiters]*Waiter
}

// family is the memory of one: two words of its own, two that both have.
type family struct {
	own, common *memory
}

func (x *family) of(addr Addr) *memory {
	if addr < 8 {
		return x.own
	}
	return x.common
}
func (x *family) LoadUint32(a Addr) (uint32, error)           { return x.of(a).LoadUint32(a) }
func (x *family) SwapUint32(a Addr, v uint32) (uint32, error) { return x.of(a).SwapUint32(a, v) }
func (x *family) CompareAndSwapUint32(a Addr, o, n uint32) (uint32, error) {
	return x.of(a).CompareAndSwapUint32(a, o, n)
}
func (x *family) GetSharedKey(a Addr) (Key, error) {
	if a < 8 {
		return Key{Kind: KindSharedPrivate, Offset: uint64(a)}, nil
	}
	return Key{Kind: KindSharedMappable, Mappable: x.common, Offset: uint64(a)}, nil
}

func pickAddr(t *rapid.T, name string) Addr {
	return 4 * Addr(rapid.IntRange(0, modelWords-1).Draw(t, name))
}

// who chooses a waiter that is idle, or else one that is not.
func (p *program) who(t *rapid.T, idle bool) (int, *modelWaiter, bool) {
	i := rapid.IntRange(0, modelWaiters-1).Draw(t, "waiter")
	w := &p.ws[i]
	return i, w, idle == !(w.waits || w.woken)
}

func (p *program) enter(i, whose int, addr Addr, private bool, mask, tid uint32) {
	f := futexOf(whose, addr, private)
	p.ws[i] = modelWaiter{line: f, waits: true, mask: mask, tid: tid, manager: whose}
	p.lines[f] = append(p.lines[f], i)
}

// where chooses who acts and where.
func (p *program) where(t *rapid.T) (whose int, m *Manager, d Target, private bool) {
	whose = rapid.IntRange(0, 1).Draw(t, "whose")
	return whose, p.managers[whose], p.memory[whose], rapid.Bool().Draw(t, "private")
}

func newProgram() *program {
	p := &program{managerModel: managerModel{lines: map[futex][]int{}}}
	p.managers[0] = NewManager()
	p.managers[1] = p.managers[0].Fork()
	common := words(modelWords)
	for i := range p.memory {
		p.memory[i] = &family{words(modelWords), common}
	}
	return p
}

func managerProgram(t *rapid.T) {
	p := newProgram()
	for i := range p.real {
		p.real[i] = NewWaiter()
	}
	counts := rapid.SampledFrom([]int{1, 1, 2, 3, math.MaxInt, 0, -1})
	t.Repeat(map[string]func(*rapid.T){
		"WaitPrepare": func(t *rapid.T) {
			i, _, ok := p.who(t, true)
			whose, m, d, private := p.where(t)
			addr, mask := pickAddr(t, "addr"), rapid.SampledFrom([]uint32{MatchAny, 1, 2, 3}).Draw(t, "mask")
			if !ok {
				return
			}
			wantErr(t, "another value", m.WaitPrepare(p.real[i], d, addr, private, *p.word(whose, addr)+1, mask), syscall.EAGAIN)
			wantErr(t, "WaitPrepare", m.WaitPrepare(p.real[i], d, addr, private, *p.word(whose, addr), mask), nil)
			p.enter(i, whose, addr, private, mask, 0)
		},
		"WaitComplete": func(t *rapid.T) {
			i, w, ok := p.who(t, false)
			if !ok {
				return
			}
			want(t, "C delivers", told(p.real[i]), w.woken)
			want(t, "WaitComplete", p.managers[w.manager].WaitComplete(p.real[i], p.memory[w.manager]), w.woken)
			if w.waits {
				p.leave(i)
			}
			w.woken = false
		},
		"Wake": func(t *rapid.T) {
			whose, m, d, private := p.where(t)
			addr, mask, n := pickAddr(t, "addr"), rapid.SampledFrom([]uint32{MatchAny, 1, 2}).Draw(t, "mask"), counts.Draw(t, "n")
			got, err := m.Wake(d, addr, private, mask, n)
			answer(t, "Wake", got, err)(p.wake(futexOf(whose, addr, private), mask, n))
		},
		"WakeOp": func(t *rapid.T) {
			whose, m, d, private := p.where(t)
			a, b := pickAddr(t, "a"), pickAddr(t, "b")
			n1, n2, add := counts.Draw(t, "n1"), counts.Draw(t, "n2"), rapid.IntRange(0, 1).Draw(t, "add")
			if w := p.word(whose, b); *w&TIDMask != 0 {
				return // a lock
			}
			got, err := m.WakeOp(d, a, b, private, n1, n2, EncodeOp(OpAdd, 0, CmpNe, add))
			wantN, wantE := p.wake(futexOf(whose, a, private), MatchAny, n1)
			if wantE == nil && add != 0 {
				n := 0
				n, wantE = p.wake(futexOf(whose, b, private), MatchAny, n2)
				wantN += n
			}
			answer(t, "WakeOp", got, err)(wantN, wantE)
		},
		"Requeue": func(t *rapid.T) {
			whose, m, d, private := p.where(t)
			a, b, n1, n2 := pickAddr(t, "a"), pickAddr(t, "b"), counts.Draw(t, "nwake"), counts.Draw(t, "nreq")
			got, err := m.RequeueCmp(d, a, b, private, *p.word(whose, a)+1, max(n1, 0), max(n2, 0))
			answer(t, "RequeueCmp, another value", got, err)(0, syscall.EAGAIN)
			if rapid.Bool().Draw(t, "compare") {
				got, err = m.RequeueCmp(d, a, b, private, *p.word(whose, a), n1, n2)
			} else {
				got, err = m.Requeue(d, a, b, private, n1, n2)
			}
			if n1 < 0 || n2 < 0 {
				answer(t, "Requeue", got, err)(0, syscall.EINVAL)
				return
			}
			answer(t, "Requeue", got, err)(p.requeue(futexOf(whose, a, private), futexOf(whose, b, private), n1, n2))
		},
		"LockPI": func(t *rapid.T) {
			i, _, ok := p.who(t, true)
			whose, m, d, private := p.where(t)
			addr, try := pickAddr(t, "addr"), rapid.Bool().Draw(t, "try")
			if !ok {
				return
			}
			tid, w := uint32(i+1), p.word(whose, addr)
			locked, err := m.LockPI(p.real[i], d, addr, tid, private, try)
			switch {
			case *w&TIDMask == 0:
				*w |= tid
				want(t, "locked", locked && err == nil, true)
			case *w&TIDMask == tid:
				wantErr(t, "LockPI", err, syscall.EDEADLK)
			case try:
				wantErr(t, "LockPI", err, syscall.EAGAIN)
			default:
				want(t, "waits", !locked && err == nil, true)
				*w |= Waiters
				p.enter(i, whose, addr, private, 0, tid)
			}
		},
		"UnlockPI": func(t *rapid.T) {
			whose, m, d, private := p.where(t)
			addr, tid := pickAddr(t, "addr"), uint32(rapid.IntRange(1, modelWaiters).Draw(t, "tid"))
			w, f := p.word(whose, addr), futexOf(whose, addr, private)
			err := m.UnlockPI(d, addr, tid, private)
			if *w&TIDMask != tid {
				wantErr(t, "UnlockPI", err, syscall.EPERM)
				return
			}
			wantErr(t, "UnlockPI", err, nil)
			*w = 0
			line := p.lines[f]
			for _, i := range line {
				if p.ws[i].tid == 0 {
					continue
				}
				*w = p.ws[i].tid
				if len(line) > 1 {
					*w |= Waiters
				}
				p.leave(i)
				p.ws[i].woken = true
				break
			}
		},
		"": func(t *rapid.T) {
			for whose := range p.memory {
				for addr := Addr(0); addr < 4*modelWords; addr += 4 {
					got, _ := p.memory[whose].LoadUint32(addr)
					want(t, "word", got, *p.word(whose, addr))
				}
			}
		},
	})
	for i, w := range p.ws {
		if w.waits || w.woken {
			want(t, "in the end", p.managers[w.manager].WaitComplete(p.real[i], p.memory[w.manager]), w.woken)
		}
	}
}
