package softfutex_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
	"pgregory.net/rapid"
)

// The same random program on the kernel's futexes and on a Manager, step by step. After each
// step both must agree on all that a program can see: what each call returned, whose waits ended
// and how, how many wait on each word, and what the words are.

// A machine runs programs.
type machine interface {
	wait(h *hand, addr Addr, private bool, val, mask uint32) error // until woken or interrupted
	waitTimedOut(addr Addr, private bool, val, mask uint32) error
	interrupt(h *hand)
	wake(addr Addr, private bool, mask uint32, n int) (int, error)
	wakeOp(a, b Addr, private bool, n1, n2 int, op uint32) (int, error)
	requeue(a, b Addr, private bool, nwake, nreq int) (int, error)
	requeueCmp(a, b Addr, private bool, val uint32, nwake, nreq int) (int, error)
	lockPI(h *hand, addr Addr, private bool) error
	lockPITimedOut(h *hand, addr Addr, private bool) error
	tryLockPI(h *hand, addr Addr, private bool) error
	unlockPI(h *hand, addr Addr, private bool) error
	queued(t skipper, h *hand, addr Addr, private bool) bool // it waits for the lock
	set(addr Addr, val uint32)
	get(addr Addr) uint32
}

// soft is a Manager as a machine, with memory like the kernel's.
type soft struct {
	*Manager
	mem  *twoPages
	mu   sync.Mutex
	stop map[*hand]context.CancelFunc
}

// twoPages is two anonymous words, and two of a file, which is mapped twice.
type twoPages struct{ *memory }

func newSoft() *soft {
	return &soft{NewManager(), &twoPages{words(4)}, sync.Mutex{}, map[*hand]context.CancelFunc{}}
}

func fold(addr Addr) Addr {
	switch {
	case addr >= hole:
		return 1 << 20
	case addr >= 16:
		return addr - 8
	}
	return addr
}

func (p *twoPages) LoadUint32(a Addr) (uint32, error) { return p.memory.LoadUint32(fold(a)) }
func (p *twoPages) SwapUint32(a Addr, v uint32) (uint32, error) {
	return p.memory.SwapUint32(fold(a), v)
}
func (p *twoPages) CompareAndSwapUint32(a Addr, o, n uint32) (uint32, error) {
	return p.memory.CompareAndSwapUint32(fold(a), o, n)
}
func (p *twoPages) GetSharedKey(a Addr) (Key, error) {
	switch {
	case a >= hole:
		return Key{}, syscall.EFAULT
	case a < 8:
		return Key{Kind: KindSharedPrivate, Offset: uint64(a)}, nil
	}
	return Key{Kind: KindSharedMappable, Mappable: p, Offset: uint64(fold(a) - 8)}, nil
}

func (s *soft) wait(h *hand, addr Addr, private bool, val, mask uint32) error {
	ctx, stop := context.WithCancel(bg)
	defer stop()
	s.mu.Lock()
	s.stop[h] = stop
	s.mu.Unlock()
	err := s.Wait(ctx, s.mem, addr, private, val, mask)
	if errors.Is(err, context.Canceled) {
		return syscall.EINTR
	}
	return err
}

func (s *soft) waitTimedOut(addr Addr, private bool, val, mask uint32) error {
	ctx, stop := context.WithCancel(bg)
	stop()
	err := s.Wait(ctx, s.mem, addr, private, val, mask)
	if errors.Is(err, context.Canceled) {
		return syscall.ETIMEDOUT
	}
	return err
}

func (s *soft) interrupt(h *hand) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop[h]()
}

func (s *soft) wake(addr Addr, private bool, mask uint32, n int) (int, error) {
	return s.Wake(s.mem, addr, private, mask, n)
}

func (s *soft) wakeOp(a, b Addr, private bool, n1, n2 int, op uint32) (int, error) {
	return s.WakeOp(s.mem, a, b, private, n1, n2, op)
}

func (s *soft) requeue(a, b Addr, private bool, nwake, nreq int) (int, error) {
	return s.Requeue(s.mem, a, b, private, nwake, nreq)
}

func (s *soft) requeueCmp(a, b Addr, private bool, val uint32, nwake, nreq int) (int, error) {
	return s.RequeueCmp(s.mem, a, b, private, val, nwake, nreq)
}

func (s *soft) lock(h *hand, addr Addr, private, wait bool) error {
	w := NewWaiter()
	locked, err := s.LockPI(w, s.mem, addr, uint32(h.tid), private, false)
	if locked || err != nil {
		return err
	}
	if wait {
		h.wait.Store(true)
		<-w.C
		h.wait.Store(false)
	}
	if !s.WaitComplete(w, s.mem) {
		return syscall.ETIMEDOUT
	}
	return nil
}

func (s *soft) queued(_ skipper, h *hand, _ Addr, _ bool) bool { return h.wait.Load() }

func (s *soft) lockPI(h *hand, addr Addr, private bool) error { return s.lock(h, addr, private, true) }
func (s *soft) lockPITimedOut(h *hand, addr Addr, private bool) error {
	return s.lock(h, addr, private, false)
}

func (s *soft) tryLockPI(h *hand, addr Addr, private bool) error {
	_, err := s.LockPI(NewWaiter(), s.mem, addr, uint32(h.tid), private, true)
	return err
}

func (s *soft) unlockPI(h *hand, addr Addr, private bool) error {
	return s.UnlockPI(s.mem, addr, uint32(h.tid), private)
}

func (s *soft) set(addr Addr, val uint32) { s.mem.words[fold(addr)/4].Store(val) }
func (s *soft) get(addr Addr) uint32      { return s.mem.words[fold(addr)/4].Load() }

// A side is one of the two: a machine and its crew.
type side struct {
	machine
	*crew
}

// view is what can be seen of a side between two steps.
type view struct {
	answer  string
	ended   []string // waits that the step ended
	waiting [2][nrAddr]int
	words   [cells]uint32
}

func (v view) String() string {
	return fmt.Sprintf("%s; ended %v; waiting %v; words %v", v.answer, v.ended, v.waiting, v.words)
}

// look waits until those who sleep are those who wait on the words, and tells what there is to see.
// A wait that was just begun by h either is among them in the end, or has ended.
func (s side) look(answer string) view {
	for {
		v := view{answer: answer}
		sleeping := 0
		for i := range nrAddr {
			a := Addr(4 * i)
			if i < cells {
				v.words[i] = s.get(a)
			}
			for j, private := range []bool{false, true} {
				v.waiting[j][i], _ = s.requeue(a, a, private, 0, math.MaxInt32)
				if private || a < 16 { // the shared ones of 16 and 20 are those of 8 and 12; the hole has none
					sleeping += v.waiting[j][i]
				}
			}
		}
		busy := 0
		for _, h := range s.hands {
			if h.busy && len(h.out) == 0 {
				busy++
			}
		}
		if busy != sleeping {
			runtime.Gosched()
			continue
		}
		for i, h := range s.hands {
			if h.busy && len(h.out) > 0 {
				h.busy = false
				v.ended = append(v.ended, fmt.Sprint(i, " ", show((<-h.out).err)))
			}
		}
		return v
	}
}

func show(err error) string {
	if err == nil {
		return "ok"
	}
	return err.Error()
}

func tell(n int, err error) string { return fmt.Sprint(n, " ", show(err)) }

// A step is done on both sides.
type step struct {
	name string
	do   func(s side) string
}

var (
	someCounts = rapid.SampledFrom([]int{1, 1, 2, 3, math.MaxInt32, 0, -1})
	someMasks  = rapid.SampledFrom([]uint32{MatchAny, MatchAny, 1, 2, 3, 4, 1 << 31, 0})
	someValues = rapid.Uint32Range(0, 2)
	someAddrs  = rapid.Custom(func(t *rapid.T) Addr {
		a := 4 * Addr(rapid.IntRange(0, nrAddr-1).Draw(t, "word"))
		if rapid.IntRange(0, 30).Draw(t, "aligned") == 30 {
			a += 2
		}
		return a
	})
	someOps = rapid.Custom(func(t *rapid.T) uint32 {
		if rapid.IntRange(0, 15).Draw(t, "proper") == 15 {
			return rapid.Uint32().Draw(t, "op")
		}
		return EncodeOp(
			rapid.SampledFrom([]int{OpSet, OpAdd, OpOr, OpAndn, OpXor, OpSet | OpShift, OpAdd | OpShift, 5}).Draw(t, "op"),
			rapid.SampledFrom([]int{0, 1, 2, -1, -2048, 31}).Draw(t, "oparg"),
			rapid.SampledFrom([]int{CmpEq, CmpNe, CmpLt, CmpLe, CmpGt, CmpGe, 6}).Draw(t, "cmp"),
			rapid.SampledFrom([]int{0, 1, 2, -1, -2048}).Draw(t, "cmparg"))
	})
)

// steps are what a program is made of. A thread that sleeps can do nothing; another one steps in.
func draw(t *rapid.T, idle, sleeping []int) step {
	addr := func(name string) Addr { return someAddrs.Draw(t, name) }
	private := rapid.Bool().Draw(t, "private")
	kinds := []string{"wake", "wake", "wakeOp", "requeue", "requeueCmp", "set"}
	if len(idle) > 0 {
		kinds = append([]string{"wait", "wait", "wait", "wait", "wait timed out"}, kinds...)
	}
	if len(sleeping) > 0 {
		kinds = append(kinds, "interrupt")
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "step"); kind {
	case "wait":
		who := idle[0]
		a, val, mask := addr("addr"), someValues.Draw(t, "val"), someMasks.Draw(t, "mask")
		return step{fmt.Sprintf("%d waits at %d (private %v) for %d mask %#x", who, a, private, val, mask),
			func(s side) string {
				h := s.hands[who]
				h.busy = true
				h.start(func() (int, error) { return 0, s.wait(h, a, private, val, mask) })
				return ""
			}}
	case "wait timed out":
		a, val, mask := addr("addr"), someValues.Draw(t, "val"), someMasks.Draw(t, "mask")
		return step{fmt.Sprintf("wait at %d (private %v) for %d mask %#x, no time", a, private, val, mask),
			func(s side) string { return show(s.waitTimedOut(a, private, val, mask)) }}
	case "interrupt":
		who := rapid.SampledFrom(sleeping).Draw(t, "who")
		return step{fmt.Sprint("interrupt ", who), func(s side) string {
			h := s.hands[who]
			s.interrupt(h)
			h.out <- <-h.out // until it has ended
			return ""
		}}
	case "wake":
		a, mask, n := addr("addr"), someMasks.Draw(t, "mask"), someCounts.Draw(t, "n")
		return step{fmt.Sprintf("wake at %d (private %v) mask %#x up to %d", a, private, mask, n),
			func(s side) string { return tell(s.wake(a, private, mask, n)) }}
	case "wakeOp":
		a, b := addr("a"), addr("b")
		n1, n2, op := someCounts.Draw(t, "n1"), someCounts.Draw(t, "n2"), someOps.Draw(t, "op")
		return step{fmt.Sprintf("wakeOp at %d, %d (private %v) up to %d, %d op %#x", a, b, private, n1, n2, op),
			func(s side) string { return tell(s.wakeOp(a, b, private, n1, n2, op)) }}
	case "requeue":
		a, b, n1, n2 := addr("a"), addr("b"), someCounts.Draw(t, "nwake"), someCounts.Draw(t, "nreq")
		return step{fmt.Sprintf("requeue %d to %d (private %v) up to %d, %d", a, b, private, n1, n2),
			func(s side) string { return tell(s.requeue(a, b, private, n1, n2)) }}
	case "requeueCmp":
		a, b, n1, n2 := addr("a"), addr("b"), someCounts.Draw(t, "nwake"), someCounts.Draw(t, "nreq")
		val := someValues.Draw(t, "val")
		return step{fmt.Sprintf("requeueCmp %d to %d (private %v) if %d up to %d, %d", a, b, private, val, n1, n2),
			func(s side) string { return tell(s.requeueCmp(a, b, private, val, n1, n2)) }}
	default:
		a, val := addr("addr")&^3%hole, someValues.Draw(t, "val")
		return step{fmt.Sprintf("set %d to %d", a, val), func(s side) string { s.set(a, val); return "" }}
	}
}

func TestManagerDoesAsTheKernel(t *testing.T) {
	k := newKernel(t)
	crews := [2]*crew{newCrew(t, max(5, runtime.NumCPU())), newCrew(t, max(5, runtime.NumCPU()))}
	k.settle(t, crews[0])
	watch(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		s := newSoft()
		sides := [2]side{{k, crews[0]}, {s, crews[1]}}
		for i := range cells {
			k.set(Addr(4*i), 0)
		}
		defer func() {
			for _, s := range sides {
				s.drain()
			}
		}()
		var said []string
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			var idle, sleeping []int
			for i, h := range sides[0].hands {
				if h.busy {
					sleeping = append(sleeping, i)
				} else {
					idle = append(idle, i)
				}
			}
			st := draw(t, idle, sleeping)
			said = append(said, st.name)
			var saw [2]view
			for i, s := range sides {
				saw[i] = s.look(st.do(s))
			}
			if a, b := saw[0].String(), saw[1].String(); a != b {
				for _, line := range said {
					t.Log(line)
				}
				t.Fatalf("\nthe kernel  %s\nthe Manager %s", a, b)
			}
		}
	})
}

// drain ends all waits.
func (s side) drain() {
	for slices.ContainsFunc(s.hands, func(h *hand) bool { return h.busy }) {
		for i := range nrAddr {
			a := Addr(4 * i)
			s.wake(a, true, MatchAny, math.MaxInt32)
			s.wake(a, false, MatchAny, math.MaxInt32)
		}
		s.look("")
	}
}
