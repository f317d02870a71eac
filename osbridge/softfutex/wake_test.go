package softfutex_test

import (
	"context"
	"math"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
)

// Waits and wakes: what gVisor's tests of its futexes check, and its suite of system calls.

func TestWakeOne(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 1)
		n, err := m.Wake(d, 0, private, MatchAny, 1)
		answer(t, "Wake", n, err)(1, nil)
		want(t, "woken", completed(t, m, d, ws...), "w")
		n, err = m.Wake(d, 0, private, MatchAny, 1)
		answer(t, "Wake of nobody", n, err)(0, nil)
	})
}

// As in the kernel.
func TestWakeOfNoneOrFewerWakesOne(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		for _, count := range []int{0, -1, math.MinInt} {
			m := NewManager()
			ws := prepared(t, m, d, 0, private, 0, MatchAny, 2)
			n, err := m.Wake(d, 0, private, MatchAny, count)
			answer(t, "Wake", n, err)(1, nil)
			want(t, "woken", completed(t, m, d, ws...), "w.")
		}
	})
}

func TestWakeAllOfFive(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 5)
		n, err := m.Wake(d, 0, private, MatchAny, math.MaxInt)
		answer(t, "Wake", n, err)(5, nil)
		want(t, "woken", completed(t, m, d, ws...), "wwwww")
	})
}

func TestWakeSomeInOrder(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 5)
		m.WaitComplete(ws[1], d)
		n, err := m.Wake(d, 0, private, MatchAny, 3)
		answer(t, "Wake", n, err)(3, nil)
		want(t, "woken", completed(t, m, d, ws...), "w.ww.")
	})
}

func TestWakeTwoOfThree(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 3)
		n, err := m.Wake(d, 0, private, MatchAny, 2)
		answer(t, "Wake", n, err)(2, nil)
		want(t, "woken", completed(t, m, d, ws...), "ww.")
	})
}

func TestWakeBitmaskWrongThenRight(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, 0x0000ffff, 1)
		n, err := m.Wake(d, 0, private, 0xffff0000, 1)
		answer(t, "Wake, wrong mask", n, err)(0, nil)
		want(t, "told", told(ws[0]), false)
		n, err = m.Wake(d, 0, private, 1, 1)
		answer(t, "Wake, right mask", n, err)(1, nil)
		want(t, "woken", completed(t, m, d, ws...), "w")
	})
}

// Those with another mask stand in the line, and are passed.
func TestWakeBitmaskPassesOthers(t *testing.T) {
	m, d := NewManager(), words(1)
	ws := append(prepared(t, m, d, 0, true, 0, 1, 2), prepared(t, m, d, 0, true, 0, 6, 2)...)
	n, err := m.Wake(d, 0, true, 2, 1)
	answer(t, "Wake", n, err)(1, nil)
	want(t, "woken", completed(t, m, d, ws...), "..w.")
}

func TestZeroBitmaskIsInvalid(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		wantErr(t, "WaitPrepare", m.WaitPrepare(NewWaiter(), d, 0, private, 0, 0), syscall.EINVAL)
		wantErr(t, "Wait", m.Wait(bg, d, 0, private, 0, 0), syscall.EINVAL)
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 1)
		n, err := m.Wake(d, 0, private, 0, 1)
		answer(t, "Wake", n, err)(0, syscall.EINVAL)
		want(t, "woken", completed(t, m, d, ws...), ".")
	})
}

func TestUnrelatedAddressIsUntouched(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := append(prepared(t, m, d, 0, private, 0, MatchAny, 1), prepared(t, m, d, 4, private, 0, MatchAny, 1)...)
		n, err := m.Wake(d, 4, private, MatchAny, 2)
		answer(t, "Wake", n, err)(1, nil)
		want(t, "woken", completed(t, m, d, ws...), ".w")
	})
}

// A private futex, and a shared one at the same address, are two.
func TestWakeOfTheWrongKind(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := prepared(t, m, d, 0, private, 0, MatchAny, 1)
		n, err := m.Wake(d, 0, !private, MatchAny, 1)
		answer(t, "Wake", n, err)(0, nil)
		want(t, "woken", completed(t, m, d, ws...), ".")
	})
}

func TestValueMismatchIsEAGAIN(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m, w := NewManager(), NewWaiter()
		wantErr(t, "WaitPrepare", m.WaitPrepare(w, d, 0, private, 1, MatchAny), syscall.EAGAIN)
		want(t, "WaitComplete", m.WaitComplete(w, d), false)
		want(t, "waiting", waiting(t, m, d, 0, private), 0)
		wantErr(t, "Wait", m.Wait(bg, d, 0, private, 1, MatchAny), syscall.EAGAIN)
		wantErr(t, "the same waiter again", m.WaitPrepare(w, d, 0, private, 0, MatchAny), nil)
		m.WaitComplete(w, d)
	})
}

func TestMisalignedIsEINVAL(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m, w := NewManager(), NewWaiter()
		for a := Addr(1); a < 4; a++ {
			wantErr(t, "WaitPrepare", m.WaitPrepare(w, d, a, private, 0, MatchAny), syscall.EINVAL)
			for what, f := range map[string]func() (int, error){
				"Wake":              func() (int, error) { return m.Wake(d, a, private, MatchAny, 1) },
				"WakeOp":            func() (int, error) { return m.WakeOp(d, a, 0, private, 1, 1, 0) },
				"WakeOp, second":    func() (int, error) { return m.WakeOp(d, 0, a, private, 1, 1, 0) },
				"Requeue":           func() (int, error) { return m.Requeue(d, a, 0, private, 1, 1) },
				"Requeue, second":   func() (int, error) { return m.Requeue(d, 0, a, private, 1, 1) },
				"RequeueCmp":        func() (int, error) { return m.RequeueCmp(d, a, 0, private, 0, 1, 1) },
				"RequeueCmp second": func() (int, error) { return m.RequeueCmp(d, 0, a, private, 0, 1, 1) },
				"LockPI":            func() (int, error) { _, err := m.LockPI(w, d, a, 1, private, false); return 0, err },
				"UnlockPI":          func() (int, error) { return 0, m.UnlockPI(d, a, 1, private) },
			} {
				n, err := f()
				answer(t, what, n, err)(0, syscall.EINVAL)
			}
		}
	})
}

func TestErrorsOfTheTargetArePassedOn(t *testing.T) {
	const out = 4 * 100
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m, w := NewManager(), NewWaiter()
		wantErr(t, "WaitPrepare", m.WaitPrepare(w, d, out, private, 0, MatchAny), syscall.EFAULT)
		want(t, "WaitComplete", m.WaitComplete(w, d), false)
		_, err := m.LockPI(w, d, out, 1, private, false)
		wantErr(t, "LockPI", err, syscall.EFAULT)
		wantErr(t, "UnlockPI", m.UnlockPI(d, out, 1, private), syscall.EFAULT)
		_, err = m.WakeOp(d, 0, out, private, 1, 1, 0)
		wantErr(t, "WakeOp", err, syscall.EFAULT)
		_, err = m.RequeueCmp(d, out, 0, private, 0, 1, 1)
		wantErr(t, "RequeueCmp", err, syscall.EFAULT)
		_, err = m.Wake(d, out, private, MatchAny, 1)
		if private {
			wantErr(t, "Wake reads nothing", err, nil)
		} else {
			wantErr(t, "Wake", err, syscall.EFAULT)
		}
	})
}

// No time: the value first, then the time.
func TestWaitWithNoTime(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ctx, cancel := context.WithCancel(bg)
		cancel()
		wantErr(t, "Wait", m.Wait(ctx, d, 0, private, 0, MatchAny), context.Canceled)
		wantErr(t, "Wait for another value", m.Wait(ctx, d, 0, private, 1, MatchAny), syscall.EAGAIN)
		want(t, "waiting", waiting(t, m, d, 0, private), 0)
		past, cancel := context.WithDeadline(bg, time.Unix(0, 0))
		defer cancel()
		wantErr(t, "Wait, negative time", m.Wait(past, d, 0, private, 0, MatchAny), context.DeadlineExceeded)
	})
}

func TestWaitTimesOutInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := NewManager(), words(1)
		start := time.Now()
		ctx, cancel := context.WithTimeout(bg, time.Second)
		defer cancel()
		wantErr(t, "Wait", m.Wait(ctx, d, 0, true, 0, MatchAny), context.DeadlineExceeded)
		want(t, "it took", time.Since(start), time.Second)
		want(t, "waiting", waiting(t, m, d, 0, true), 0)
	})
}

// All waits are durably blocking, and the spare waiters of Wait stay in the bubble.
func TestWaitsInABubble(t *testing.T) {
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			m, d := NewManager(), words(2)
			var woken atomic.Int32
			for range 10 {
				go func() {
					wantErr(t, "Wait", m.Wait(bg, d, 0, false, 0, MatchAny), nil)
					woken.Add(1)
				}()
			}
			synctest.Wait()
			n, err := m.Requeue(d, 0, 4, false, 3, 4)
			answer(t, "Requeue", n, err)(7, nil)
			synctest.Wait()
			want(t, "woken", woken.Load(), 3)
			n, err = m.Wake(d, 4, false, MatchAny, 10)
			answer(t, "Wake", n, err)(4, nil)
			n, err = m.Wake(d, 0, false, MatchAny, 10)
			answer(t, "Wake", n, err)(3, nil)
			synctest.Wait()
			want(t, "woken", woken.Load(), 10)
		})
	}
}

// A wake and a cancellation, both before the waiter runs: the wake was counted, so it wins.
func TestWakeBeatsCancellation(t *testing.T) {
	for _, wakeFirst := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			m, d := NewManager(), words(1)
			ctx, cancel := context.WithCancel(bg)
			over := make(chan error, 1)
			go func() { over <- m.Wait(ctx, d, 0, true, 0, MatchAny) }()
			synctest.Wait()
			if !wakeFirst {
				cancel()
			}
			n, err := m.Wake(d, 0, true, MatchAny, 1)
			cancel()
			wantErr(t, "Wake", err, nil)
			want(t, "the wait was woken, and counted", <-over == nil, n == 1)
		})
	}
}

func TestCauseOfTheContext(t *testing.T) {
	m, d := NewManager(), words(1)
	ctx, cancel := context.WithCancelCause(bg)
	cancel(syscall.EINTR)
	err := m.Wait(ctx, d, 0, true, 0, MatchAny)
	wantErr(t, "Wait", err, syscall.EINTR)
	wantErr(t, "Wait", err, context.Canceled)
}

// A mutex over a word: ten goroutines, a thousand times each.
func TestMutexOfTenGoroutines(t *testing.T) {
	watch(t, nil)
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		inside, times := 0, rounds(1000)
		var fs []func()
		for range 10 {
			fs = append(fs, func() {
				w := NewWaiter()
				for range times {
					for !d.words[1].CompareAndSwap(0, 1) {
						switch err := m.WaitPrepare(w, d, 4, private, 1, MatchAny); err {
						case nil:
							<-w.C
							want(t, "WaitComplete", m.WaitComplete(w, d), true)
						case syscall.EAGAIN:
						default:
							t.Errorf("WaitPrepare: %v", err)
						}
					}
					inside++
					runtime.Gosched()
					d.words[1].Store(0)
					m.Wake(d, 4, private, MatchAny, math.MaxInt32)
				}
			})
		}
		together(fs...)
		want(t, "times", inside, 10*times)
	})
}

// A waiter that is woken and not told yet may be asked at once: WaitComplete sees the wake out,
// and the next wait gets nothing of it.
func TestCompleteSeesTheWakeOut(t *testing.T) {
	watch(t, nil)
	m, d := NewManager(), words(1)
	w := NewWaiter()
	for range rounds(50000) {
		wantErr(t, "WaitPrepare", m.WaitPrepare(w, d, 0, true, 0, MatchAny), nil)
		var n int
		over := make(chan struct{})
		go func() {
			n, _ = m.Wake(d, 0, true, MatchAny, 1)
			close(over)
		}()
		runtime.Gosched()
		woken := m.WaitComplete(w, d)
		want(t, "told after the end", len(w.C), 0)
		<-over
		want(t, "woken, as Wake counts", woken, n == 1)
		want(t, "told after the end", len(w.C), 0)
	}
}

// What Wake orders: plain writes before it are seen after the wait.
func TestWakeSynchronizes(t *testing.T) {
	m, d := NewManager(), words(1)
	for i := range rounds(20000) {
		w := NewWaiter()
		wantErr(t, "WaitPrepare", m.WaitPrepare(w, d, 0, true, 0, MatchAny), nil)
		plain := 0
		go func() {
			plain = 1
			m.Wake(d, 0, true, MatchAny, 1)
		}()
		if i%2 == 0 {
			<-w.C
		} else {
			for len(w.C) == 0 {
				runtime.Gosched()
			}
			m.WaitComplete(w, d)
		}
		want(t, "plain", plain, 1)
	}
}
