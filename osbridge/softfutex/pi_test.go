package softfutex_test

import (
	"runtime"
	"syscall"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
)

func TestPILockAndUnlock(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m, w := NewManager(), NewWaiter()
		locked, err := m.LockPI(w, d, 0, 7, private, false)
		want(t, "locked", locked, true)
		wantErr(t, "LockPI", err, nil)
		want(t, "the word", d.words[0].Load(), 7)
		want(t, "WaitComplete of a lock that was free", m.WaitComplete(w, d), false)
		_, err = m.LockPI(w, d, 0, 7, private, false)
		wantErr(t, "LockPI again", err, syscall.EDEADLK)
		wantErr(t, "UnlockPI by another", m.UnlockPI(d, 0, 8, private), syscall.EPERM)
		wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 7, private), nil)
		want(t, "the word", d.words[0].Load(), 0)
		wantErr(t, "UnlockPI again", m.UnlockPI(d, 0, 7, private), syscall.EPERM)
	})
}

func TestPITryLock(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m, w := NewManager(), NewWaiter()
		locked, err := m.LockPI(w, d, 0, 7, private, true)
		want(t, "locked", locked && err == nil, true)
		_, err = m.LockPI(w, d, 0, 7, private, true)
		wantErr(t, "try again", err, syscall.EDEADLK)
		locked, err = m.LockPI(w, d, 0, 8, private, true)
		want(t, "locked", locked, false)
		wantErr(t, "try by another", err, syscall.EAGAIN)
		want(t, "the word: nobody waits", d.words[0].Load(), 7)
		want(t, "WaitComplete", m.WaitComplete(w, d), false)
		wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 7, private), nil)
	})
}

// The lock goes from one to the next in the order in which they came, and never is free between.
func TestPIHandOffInOrder(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		ws := make([]*Waiter, 4)
		for i := range ws {
			ws[i] = NewWaiter()
			locked, err := m.LockPI(ws[i], d, 0, uint32(i+1), private, false)
			wantErr(t, "LockPI", err, nil)
			want(t, "locked", locked, i == 0)
		}
		want(t, "the word", d.words[0].Load(), 1|Waiters)
		want(t, "the third gives up", m.WaitComplete(ws[2], d), false)
		wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 1, private), nil)
		want(t, "the word", d.words[0].Load(), 2|Waiters)
		want(t, "told", told(ws[1]), true)
		want(t, "told", told(ws[3]), false)
		want(t, "WaitComplete", m.WaitComplete(ws[1], d), true)
		wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 2, private), nil)
		want(t, "the word, nobody else waits", d.words[0].Load(), 4)
		want(t, "WaitComplete", m.WaitComplete(ws[3], d), true)
		wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 4, private), nil)
		want(t, "the word", d.words[0].Load(), 0)
	})
}

func TestPIWaitersBit(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m, w := NewManager(), NewWaiter()
		d.words[0].Store(1) // taken without a call
		locked, err := m.LockPI(w, d, 0, 2, private, false)
		want(t, "locked", locked || err != nil, false)
		want(t, "the word", d.words[0].Load(), 1|Waiters)
		want(t, "gives up", m.WaitComplete(w, d), false)
		want(t, "the bit stays", d.words[0].Load(), 1|Waiters)
		wantErr(t, "UnlockPI of nobody", m.UnlockPI(d, 0, 1, private), nil)
		want(t, "the word", d.words[0].Load(), 0)
	})
}

// A holder that died leaves its mark, and whoever takes the lock sees it, until it unlocks.
func TestPIOwnerDied(t *testing.T) {
	m, w, d := NewManager(), NewWaiter(), words(1)
	d.words[0].Store(OwnerDied)
	locked, err := m.LockPI(w, d, 0, 2, true, false)
	want(t, "locked", locked && err == nil, true)
	want(t, "the word", d.words[0].Load(), 2|OwnerDied)
	wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 2, true), nil)
	want(t, "the word", d.words[0].Load(), 0)
	ws := []*Waiter{NewWaiter(), NewWaiter()}
	d.words[0].Store(1)
	for i, w := range ws {
		m.LockPI(w, d, 0, uint32(2+i), true, false)
	}
	d.words[0].Store(OwnerDied | Waiters) // 1 died, and the others wait
	locked, err = m.LockPI(w, d, 0, 5, true, false)
	want(t, "locked", locked && err == nil, true)
	want(t, "the word: somebody waits", d.words[0].Load(), 5|OwnerDied|Waiters)
	wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 5, true), nil)
	want(t, "the word", d.words[0].Load(), 2|Waiters)
	want(t, "woken", completed(t, m, d, ws...), "w.")
}

// Whoever wakes or moves plainly is told, and a waiter for a lock is left alone.
func TestPIWaiterIsNotTouchedByWakes(t *testing.T) {
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m, w := NewManager(), NewWaiter()
		plain := prepared(t, m, d, 0, private, 0, MatchAny, 2)
		d.words[0].Store(1)
		if locked, err := m.LockPI(w, d, 0, 2, private, false); locked || err != nil {
			t.Fatal(locked, err)
		}
		n, err := m.Wake(d, 0, private, 1, 1)
		answer(t, "Wake", n, err)(1, nil)
		n, err = m.Wake(d, 0, private, MatchAny, 10)
		answer(t, "Wake", n, err)(1, syscall.EINVAL)
		n, err = m.Wake(d, 0, private, 2, 10)
		answer(t, "Wake", n, err)(0, syscall.EINVAL)
		n, err = m.WakeOp(d, 0, 4, private, 1, 1, 0)
		answer(t, "WakeOp", n, err)(0, syscall.EINVAL)
		n, err = m.WakeOp(d, 4, 0, private, 1, 1, EncodeOp(OpOr, 0, CmpNe, 0))
		answer(t, "WakeOp", n, err)(0, syscall.EINVAL)
		n, err = m.Requeue(d, 0, 4, private, 1, 1)
		answer(t, "Requeue", n, err)(0, syscall.EINVAL)
		n, err = m.Requeue(d, 0, 4, private, 0, 1)
		answer(t, "Requeue", n, err)(0, syscall.EINVAL)
		want(t, "plain ones", completed(t, m, d, plain...), "ww")
		want(t, "told", told(w), false)
		wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 1, private), nil)
		want(t, "the one for the lock", completed(t, m, d, w), "w")
		want(t, "the word", d.words[0].Load(), 2)
	})
}

// And the other way round.
func TestUnlockPIPassesPlainWaiters(t *testing.T) {
	m, w, d := NewManager(), NewWaiter(), words(1)
	plain := prepared(t, m, d, 0, true, 0, MatchAny, 2)
	d.words[0].Store(1)
	m.LockPI(w, d, 0, 2, true, false)
	wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 1, true), nil)
	want(t, "woken", completed(t, m, d, append(plain, w)...), "..w")
	wantErr(t, "UnlockPI", m.UnlockPI(d, 0, 2, true), nil)
	want(t, "the word", d.words[0].Load(), 0)
}

// A hundred parties, ten times each, with the guest's own fast paths: free to tid and back, without a call.
func TestPIConcurrency(t *testing.T) {
	watch(t, nil)
	everyKind(t, func(t *testing.T, private bool, d *memory) {
		m := NewManager()
		inside, times := 0, rounds(500)/10
		var fs []func()
		for i := range 100 {
			tid := uint32(i + 1)
			fs = append(fs, func() {
				w := NewWaiter()
				for range times {
					if !d.words[0].CompareAndSwap(0, tid) {
						locked, err := m.LockPI(w, d, 0, tid, private, false)
						wantErr(t, "LockPI", err, nil)
						if !locked {
							<-w.C
							want(t, "WaitComplete", m.WaitComplete(w, d), true)
						}
					}
					want(t, "the holder", d.words[0].Load()&TIDMask, tid)
					inside++
					runtime.Gosched()
					if !d.words[0].CompareAndSwap(tid, 0) {
						wantErr(t, "UnlockPI", m.UnlockPI(d, 0, tid, private), nil)
					}
				}
			})
		}
		together(fs...)
		want(t, "times", inside, 100*times)
		want(t, "the word", d.words[0].Load(), 0)
	})
}

// Ten who only try.
func TestPITryLockConcurrency(t *testing.T) {
	watch(t, nil)
	m, d := NewManager(), words(1)
	inside, times := 0, rounds(500)
	var fs []func()
	for i := range 10 {
		tid := uint32(i + 1)
		fs = append(fs, func() {
			w := NewWaiter()
			for n := 0; n < times; runtime.Gosched() {
				locked, err := m.LockPI(w, d, 0, tid, true, true)
				if !locked {
					wantErr(t, "LockPI", err, syscall.EAGAIN)
					continue
				}
				inside++
				n++
				wantErr(t, "UnlockPI", m.UnlockPI(d, 0, tid, true), nil)
			}
		})
	}
	together(fs...)
	want(t, "times", inside, 10*times)
}
