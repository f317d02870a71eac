package softfutex_test

import (
	"context"
	"math"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
)

// What others of this kind got wrong.

// WaitComplete says whether the waiter was woken. A wake that comes with a timeout is not lost:
// either it counted this waiter and WaitComplete says so, or it went to the next.
func TestTrapTimeoutEatsTheWake(t *testing.T) {
	m, d := NewManager(), words(1)
	ws := prepared(t, m, d, 0, true, 0, MatchAny, 2)
	m.Wake(d, 0, true, MatchAny, 1)
	// The first one's time is over now, and it has not looked at C.
	want(t, "the first", m.WaitComplete(ws[0], d), true)
	want(t, "C after the end", told(ws[0]), false)
	want(t, "the second", m.WaitComplete(ws[1], d), false)
}

// The same, in every order that threads find: as many waits are woken as wakes count.
func TestTrapTimeoutBesideWake(t *testing.T) {
	watch(t, nil)
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		var counted, woken atomic.Int64
		times := rounds(5000)
		var over atomic.Int32
		waits := func() {
			defer over.Add(1)
			w := NewWaiter()
			for i := range times {
				wantErr(t, "WaitPrepare", m.WaitPrepare(w, d, 0, private, 0, MatchAny), nil)
				if i%3 == 0 {
					runtime.Gosched()
				}
				if m.WaitComplete(w, d) {
					woken.Add(1)
				}
				want(t, "C after the end", len(w.C), 0)
			}
		}
		wakes := func() {
			for over.Load() < 3 {
				n, err := m.Wake(d, 0, private, MatchAny, 2)
				wantErr(t, "Wake", err, nil)
				counted.Add(int64(n))
			}
		}
		together(waits, waits, waits, wakes, wakes)
		want(t, "woken", woken.Load(), counted.Load())
		want(t, "waiting", waiting(t, m, d, 0, private), 0)
	})
}

// A requeue to the same address ends, whatever the count, and leaves the order.
func TestTrapRequeueToItselfSpins(t *testing.T) {
	watch(t, nil)
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 4)
		for _, r := range []struct{ wake, move, count int }{{0, math.MaxInt, 4}, {0, 2, 2}, {1, math.MaxInt, 4}} {
			n, err := m.Requeue(d, 0, 0, private, r.wake, r.move)
			answer(t, "Requeue", n, err)(r.count, nil)
		}
		n, err := m.RequeueCmp(d, 0, 0, private, 0, 1, math.MaxInt)
		answer(t, "RequeueCmp", n, err)(3, nil)
		n, err = m.Wake(d, 0, private, MatchAny, 1)
		answer(t, "Wake", n, err)(1, nil)
		want(t, "woken", completed(t, m, d, ws...), "www.")
	})
}

// The same futex by two addresses.
func TestTrapRequeueToItselfByAnotherAddress(t *testing.T) {
	watch(t, nil)
	m, d := NewManager(), &twice{words(4)}
	ws := prepared(t, m, d, 100, false, 0, MatchAny, 3)
	n, err := m.Requeue(d, 100, 200, false, 1, math.MaxInt)
	answer(t, "Requeue", n, err)(3, nil)
	n, err = m.Wake(d, 200, false, MatchAny, 1)
	answer(t, "Wake", n, err)(1, nil)
	want(t, "woken", completed(t, m, d, ws...), "ww.")
}

// A waiter for a lock has no bitmask left from an earlier wait.
func TestTrapLockPILeavesAStaleBitmask(t *testing.T) {
	m, w, d := NewManager(), NewWaiter(), words(1)
	wantErr(t, "WaitPrepare", m.WaitPrepare(w, d, 0, true, 0, 4), nil)
	m.WaitComplete(w, d)
	d.words[0].Store(1)
	m.LockPI(w, d, 0, 2, true, false)
	n, err := m.Wake(d, 0, true, 4, 1)
	answer(t, "Wake", n, err)(0, syscall.EINVAL)
	want(t, "woken", completed(t, m, d, w), ".")
	// Nor has a plain one a lock's tid.
	wantErr(t, "WaitPrepare", m.WaitPrepare(w, d, 0, true, 1|Waiters, 4), nil)
	wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 1, true), nil)
	want(t, "the word", d.words[0].Load(), 0)
	n, err = m.Wake(d, 0, true, 4, 1)
	answer(t, "Wake", n, err)(1, nil)
	want(t, "woken", completed(t, m, d, w), "w")
}

// Plain wakes do not hit waiters for a lock: see also TestPIWaiterIsNotTouchedByWakes.
func TestTrapWakeHitsPIWaiter(t *testing.T) {
	m, w, d := NewManager(), NewWaiter(), words(1)
	d.words[0].Store(1)
	m.LockPI(w, d, 0, 2, true, false)
	n, err := m.Wake(d, 0, true, MatchAny, math.MaxInt)
	answer(t, "Wake", n, err)(0, syscall.EINVAL)
	want(t, "woken", completed(t, m, d, w), ".")
}

// A timeout that comes with the hand-off of a lock does not own the lock without knowing.
func TestTrapTimeoutOwnsTheLock(t *testing.T) {
	m, w, d := NewManager(), NewWaiter(), words(1)
	d.words[0].Store(1)
	m.LockPI(w, d, 0, 2, true, false)
	wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 1, true), nil)
	// Its time is over now, and it has not looked at C.
	want(t, "WaitComplete", m.WaitComplete(w, d), true)
	want(t, "the holder", d.words[0].Load(), 2)
}

// The same, in every order that threads find: whoever was told that it has the lock has it, and
// whoever was not has not.
func TestTrapTimeoutBesideHandOff(t *testing.T) {
	watch(t, nil)
	m, d := NewManager(), words(1)
	inside, times := 0, rounds(5000)
	var got atomic.Int64
	var fs []func()
	for i := range 4 {
		tid := uint32(i + 1)
		fs = append(fs, func() {
			w := NewWaiter()
			for i := range times {
				locked, err := m.LockPI(w, d, 0, tid, true, false)
				wantErr(t, "LockPI", err, nil)
				if !locked {
					if i%4 != 0 {
						runtime.Gosched()
					} else {
						<-w.C
					}
					if locked = m.WaitComplete(w, d); !locked {
						continue
					}
				}
				want(t, "the holder", d.words[0].Load()&TIDMask, tid)
				inside++
				got.Add(1)
				wantErr(t, "UnlockPI", m.UnlockPI(d, 0, tid, true), nil)
			}
		})
	}
	together(fs...)
	want(t, "inside", int64(inside), got.Load())
	want(t, "the word", d.words[0].Load(), 0)
}

// Everything at once, with waits that are cancelled: nothing is lost and nobody is woken twice.
func TestTrapCancellationBesideEverything(t *testing.T) {
	watch(t, nil)
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		var counted, woken atomic.Int64
		var over atomic.Int32
		const waiters = 4
		var fs []func()
		for i := range waiters {
			fs = append(fs, func() {
				defer over.Add(1)
				for j := range rounds(2000) {
					ctx, cancel := context.WithCancel(bg)
					if (i+j)%2 == 0 {
						go cancel()
					}
					switch err := m.Wait(ctx, d, Addr(4*(j%3)), private, 0, 1<<i); err {
					case nil:
						woken.Add(1)
					case context.Canceled:
					default:
						t.Error(err)
					}
					cancel()
				}
			})
		}
		for i := range 2 {
			fs = append(fs, func() {
				for k := 0; over.Load() < waiters; k++ {
					a, b := Addr(4*(k%3)), Addr(4*((k+1+i)%3))
					n, err := 0, error(nil)
					switch k % 4 {
					case 0:
						n, err = m.Wake(d, a, private, uint32(k), 1+i)
						if err == syscall.EINVAL { // no bit in k
							err = nil
						}
					case 1:
						n, err = m.Requeue(d, a, b, private, i, 2)
						n = min(n, i) // woken first
					case 2:
						n, err = m.RequeueCmp(d, a, b, private, 0, 1, 1)
						n = min(n, 1)
					case 3:
						n, err = m.WakeOp(d, a, b, private, 1, 1, EncodeOp(OpAdd, 0, CmpEq, 0))
					}
					wantErr(t, "a waker", err, nil)
					counted.Add(int64(n))
					runtime.Gosched()
				}
			})
		}
		together(fs...)
		want(t, "woken", woken.Load(), counted.Load())
		for a := Addr(0); a < 12; a += 4 {
			want(t, "waiting", waiting(t, m, d, a, private), 0)
		}
	})
}

// No path allocates, once waiters have their channels: not with many futexes either.
func TestNoPathAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m, w, w2 := NewManager(), NewWaiter(), NewWaiter()
		ctx, cancel := context.WithCancel(bg)
		defer cancel()
		done, end := context.WithCancel(bg)
		end()
		for name, f := range map[string]func(){
			"prepare, wake, complete": func() {
				m.WaitPrepare(w, d, 0, private, 0, 1)
				m.Wake(d, 0, private, 1, 1)
				m.WaitComplete(w, d)
			},
			"prepare, complete": func() { m.WaitPrepare(w, d, 0, private, 0, 1); m.WaitComplete(w, d) },
			"mismatch":          func() { m.WaitPrepare(w, d, 0, private, 1, 1) },
			"wake of nobody":    func() { m.Wake(d, 0, private, 1, 1) },
			"requeue": func() {
				m.WaitPrepare(w, d, 0, private, 0, 1)
				m.Requeue(d, 0, 4, private, 0, 1)
				m.WaitComplete(w, d)
			},
			"requeueCmp": func() { m.RequeueCmp(d, 0, 4, private, 0, 0, 1) },
			"wakeOp":     func() { m.WakeOp(d, 0, 4, private, 1, 1, 0) },
			"lock, hand over, unlock": func() {
				m.LockPI(w, d, 8, 1, private, false)
				m.LockPI(w2, d, 8, 2, private, false)
				m.UnlockPI(d, 8, 1, private)
				m.WaitComplete(w2, d)
				m.UnlockPI(d, 8, 2, private)
			},
			"Wait, mismatch": func() { m.Wait(ctx, d, 0, private, 1, 1) },
			"Wait, done":     func() { m.Wait(done, d, 0, private, 0, 1) },
		} {
			want(t, name+": allocations", testing.AllocsPerRun(1000, f), 0)
		}
	})
}
