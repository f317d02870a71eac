package lot_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/internal/lot"
	"github.com/rouse-go/rouse/internal/trial"
)

// What the tests of all packages share.
var (
	wantPanic = trial.WantPanic
)

type (
	Lot    = lot.Lot[int]
	Waiter = lot.Waiter[int]
)

func hashOf(k int) uint64 { return uint64(k) * 0x9E3779B97F4A7C15 }

// same is a hash by which all keys meet in one bucket.
func same(int) uint64 { return 7 << 32 }

func hold(l *Lot, k int, hash uint64) *lot.Held[int] {
	h := &lot.Held[int]{Key: k, Hash: hash}
	l.Hold(h)
	return h
}

func holdBoth(l *Lot, k int, hash uint64, other int, otherHash uint64) *lot.Held[int] {
	h := &lot.Held[int]{Key: k, Hash: hash, Other: other, OtherHash: otherHash}
	l.HoldBoth(h)
	return h
}

func prepare(t testing.TB, l *Lot, w *Waiter, k int) {
	t.Helper()
	if !l.Prepare(w, k, hashOf(k), nil) {
		t.Fatal("Prepare refused, and nobody told it to")
	}
}

func wakeN(l *Lot, k, n int) int {
	h := hold(l, k, hashOf(k))
	h.WakeN(n)
	h.Release()
	return h.Woken
}

func length(l *Lot, k int) int {
	h := hold(l, k, hashOf(k))
	defer h.Release()
	return h.Len()
}

func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func wantBooks(t testing.TB, l *Lot) {
	t.Helper()
	if err := lot.CheckBooks(l); err != nil {
		t.Errorf("the books: %v", err)
	}
}

func sleep(l *Lot, w *Waiter) bool { return lot.Sleep[int, int](l, w, nil, nil) }

func TestWokenInOrderAndCounted(t *testing.T) {
	var l Lot
	ws := make([]Waiter, 10)
	for i := range ws {
		ws[i].Expose()
		prepare(t, &l, &ws[i], 1)
	}
	want(t, "waiting", length(&l, 1), 10)
	for i := range ws {
		want(t, "woken", wakeN(&l, 1, 1), 1)
		<-ws[i].Bed() // the first, and nobody else
		for j := i + 1; j < len(ws); j++ {
			want(t, "a later one was told", len(ws[j].Bed()), 0)
		}
		want(t, "Finish", l.Finish(&ws[i]), true)
		want(t, "Finish again", l.Finish(&ws[i]), false)
		wantBooks(t, &l)
	}
	want(t, "woken when empty", wakeN(&l, 1, 1), 0)
	want(t, "Empty", l.Empty(hashOf(1)), true)
}

func TestEmptyBeforeTheFirstWaiter(t *testing.T) {
	var l Lot
	want(t, "Empty", l.Empty(1), true)
	want(t, "woken", wakeN(&l, 1, 9), 0)
}

func TestOtherKeysAreLeftAlone(t *testing.T) {
	var l Lot
	var a, b Waiter
	l.Prepare(&a, 1, same(1), nil)
	l.Prepare(&b, 2, same(2), nil)
	h := hold(&l, 1, same(1))
	h.WakeN(9)
	h.Release()
	want(t, "woken", h.Woken, 1)
	want(t, "a", l.Finish(&a), true)
	want(t, "b", l.Finish(&b), false)
	wantBooks(t, &l)
}

func TestRefusedByValidate(t *testing.T) {
	var l Lot
	var w Waiter
	want(t, "Prepare", l.Prepare(&w, 1, hashOf(1), func() bool {
		want(t, "Empty during validate", l.Empty(hashOf(1)), false)
		return false
	}), false)
	want(t, "Empty after it", l.Empty(hashOf(1)), true)
	want(t, "Finish", l.Finish(&w), false)
	prepare(t, &l, &w, 1) // it is as before
	want(t, "woken", wakeN(&l, 1, 1), 1)
	want(t, "sleep", sleep(&l, &w), true)
}

func TestPanicInValidateLeavesNothing(t *testing.T) {
	var l Lot
	var w Waiter
	wantPanic(t, "no", func() { l.Prepare(&w, 1, hashOf(1), func() bool { panic("no") }) })
	want(t, "Empty", l.Empty(hashOf(1)), true)
	wantBooks(t, &l)
	prepare(t, &l, &w, 1)
	want(t, "Finish", l.Finish(&w), false)
}

func TestPanicInGaveUpLeavesNothing(t *testing.T) {
	var l Lot
	var w Waiter
	prepare(t, &l, &w, 1)
	wantPanic(t, "no", func() { l.FinishWith(&w, func(int, int) { panic("no") }) })
	want(t, "Empty", l.Empty(hashOf(1)), true)
	wantBooks(t, &l)
	prepare(t, &l, &w, 1)
	want(t, "Finish", l.Finish(&w), false)
}

func TestMisusePanics(t *testing.T) {
	var l Lot
	var w Waiter
	prepare(t, &l, &w, 1)
	wantPanic(t, "lot: Prepare of a waiter that is registered", func() { l.Prepare(&w, 1, 1, nil) })
	h := hold(&l, 1, hashOf(1))
	wantPanic(t, "lot: no second key", func() { h.Visit(func(*Waiter) lot.Verdict { return lot.Move }) })
	h.Release()
	want(t, "Finish", l.Finish(&w), false)
}

func TestFilterSeesTheWordAndStops(t *testing.T) {
	var l Lot
	ws := make([]Waiter, 5)
	for i := range ws {
		ws[i].Word = uint64(i)
		ws[i].Owner = &ws[i]
		prepare(t, &l, &ws[i], 1)
	}
	var seen []uint64
	h := hold(&l, 1, hashOf(1))
	h.Visit(func(w *Waiter) lot.Verdict {
		if w.Owner != w {
			t.Error("the owner is another")
		}
		if k, hash := w.Key(); k != 1 || hash != hashOf(1) {
			t.Errorf("Key %d, %d", k, hash)
		}
		seen = append(seen, w.Word)
		switch w.Word {
		case 1, 2:
			return lot.Wake
		case 3:
			return lot.Stop
		}
		return lot.Skip
	})
	h.Tell(42)
	h.Release()
	want(t, "seen", fmt.Sprint(seen), "[0 1 2 3]")
	for i := range ws {
		woken := l.Finish(&ws[i])
		want(t, fmt.Sprint("woken: ", i), woken, i == 1 || i == 2)
		if woken {
			want(t, "token", ws[i].Token, 42)
		}
	}
	wantBooks(t, &l)
}

func TestMoveKeepsOrderAndTracksTheKey(t *testing.T) {
	for name, hash := range map[string]func(int) uint64{"two buckets": hashOf, "one bucket": same} {
		t.Run(name, func(t *testing.T) {
			var l Lot
			ws := make([]Waiter, 6)
			for i := range ws {
				ws[i].Word = uint64(i)
				l.Prepare(&ws[i], 1+i/4, hash(1+i/4), nil) // 0 to 3 under 1, the others under 2
			}
			h := holdBoth(&l, 1, hash(1), 2, hash(2))
			h.Visit(func(w *Waiter) lot.Verdict {
				switch {
				case h.Woken < 1:
					return lot.Wake
				case h.Moved < 2:
					return lot.Move
				}
				return lot.Stop
			})
			want(t, "left", h.Len(), 1)
			want(t, "there", h.LenOther(), 4)
			h.Release()
			want(t, "woken", h.Woken, 1)
			want(t, "moved", h.Moved, 2)
			wantBooks(t, &l)
			key := 0
			want(t, "1 was woken", l.FinishWith(&ws[1], func(k, rest int) { key = k; want(t, "rest", rest, 3) }), false)
			want(t, "the key of 1", key, 2)
			var order []uint64
			h = hold(&l, 2, hash(2))
			h.Visit(func(w *Waiter) lot.Verdict { order = append(order, w.Word); return lot.Wake })
			h.Release()
			want(t, "order", fmt.Sprint(order), "[4 5 2]")
			for i, woken := range []bool{true, false, true, false, true, true} {
				want(t, fmt.Sprint("woken: ", i), l.Finish(&ws[i]), woken)
			}
			wantBooks(t, &l)
		})
	}
}

// gVisor's futex requeues onto the same address without an end.
func TestRequeueOntoItselfEnds(t *testing.T) {
	var l Lot
	ws := make([]Waiter, 3)
	for i := range ws {
		prepare(t, &l, &ws[i], 1)
	}
	visits := 0
	h := holdBoth(&l, 1, hashOf(1), 1, hashOf(1))
	h.Visit(func(*Waiter) lot.Verdict {
		if visits++; visits > 3 {
			t.Fatal("visits without an end")
		}
		return lot.Move
	})
	h.Release()
	want(t, "moved", h.Moved, 3)
	want(t, "still there", length(&l, 1), 3)
	want(t, "woken", wakeN(&l, 1, 9), 3)
	for i := range ws {
		want(t, "Finish", l.Finish(&ws[i]), true)
	}
}

// Each of the two keys has its own line, and what is woken of both is counted together.
func TestWakeSomeOfBothKeys(t *testing.T) {
	const mine, his, lock = 1, 2, 4
	var l Lot
	ws := make([]Waiter, 5)
	for i, word := range []uint64{his, mine, his, mine, lock} {
		ws[i].Word = word
		prepare(t, &l, &ws[i], 1+i/2)
	}
	h := holdBoth(&l, 1, hashOf(1), 2, hashOf(2))
	want(t, "stopped at the first", h.WakeSome(9, mine, lock), false)
	want(t, "woken", h.Woken, 1)
	want(t, "stopped at the second", h.WakeSomeOther(1, his|mine, lock), false)
	want(t, "woken", h.Woken, 2)
	h.Release()
	h = holdBoth(&l, 1, hashOf(1), 3, hashOf(3))
	want(t, "stopped before the lock", h.WakeSomeOther(9, mine, lock), true)
	h.Release()
	for i, woken := range []bool{false, true, true, false, false} {
		want(t, "woken", l.Finish(&ws[i]), woken)
	}
}

func TestBucketsGrowWithKeys(t *testing.T) {
	var l Lot
	const n = 5000
	ws := make([]Waiter, n)
	for i := range ws {
		prepare(t, &l, &ws[i], i)
	}
	if got := l.Buckets(); got < n/2 {
		t.Errorf("%d buckets for %d keys", got, n)
	}
	wantBooks(t, &l)
	for i := range ws {
		switch i % 2 {
		case 0:
			want(t, "woken", wakeN(&l, i, 9), 1)
			want(t, "Finish", l.Finish(&ws[i]), true)
		case 1:
			want(t, "Finish", l.Finish(&ws[i]), false)
		}
		want(t, "left", length(&l, i), 0)
	}
	wantBooks(t, &l)
}

// Hashes that are all alike must not make the table grow for ever, nor be replaced at each key.
func TestLikeHashesDoNotGrowTheTable(t *testing.T) {
	var l Lot
	const n = 500
	ws := make([]Waiter, n)
	tables := map[any]bool{}
	for i := range ws {
		l.Prepare(&ws[i], i, same(i), nil)
		tables[l.Table()] = true
	}
	if got := l.Buckets(); got > 4*n {
		t.Errorf("%d buckets for %d keys", got, n)
	}
	if len(tables) > 8 {
		t.Errorf("%d tables for %d keys", len(tables), n)
	}
	wantBooks(t, &l)
	for i := range ws {
		l.Finish(&ws[i])
	}
	wantBooks(t, &l)
}

func TestManyWaitersOfOneKeyDoNotGrowTheTable(t *testing.T) {
	var l Lot
	ws := make([]Waiter, 10000)
	for i := range ws {
		prepare(t, &l, &ws[i], 1)
	}
	want(t, "buckets", l.Buckets(), 16)
	for i := range ws { // from anywhere in the queue
		j := i * 7919 % len(ws)
		want(t, "Finish", l.Finish(&ws[j]), false)
	}
	wantBooks(t, &l)
}

// A key must not be kept alive by the lot when nobody waits under it.
func TestKeysAreLetGo(t *testing.T) {
	var l lot.Lot[*int]
	var w lot.Waiter[*int]
	for i := range 10 {
		l.Prepare(&w, new(int), uint64(i)<<32, nil)
		l.Finish(&w)
	}
	if err := lot.CheckBooks(&l); err != nil {
		t.Error(err)
	}
}

func TestWaiterServesAgainWithoutAllocation(t *testing.T) {
	var l Lot
	w, e := new(Waiter), new(Waiter)
	e.Expose()
	if n := testing.AllocsPerRun(100, func() {
		prepare(t, &l, w, 1)
		prepare(t, &l, e, 1)
		h := lot.Held[int]{Key: 1, Hash: hashOf(1)}
		l.Hold(&h)
		h.Visit(func(*Waiter) lot.Verdict { return lot.Wake })
		h.Release()
		<-e.Bed()
		if !sleep(&l, w) || !l.Finish(e) {
			t.Fatal("not woken")
		}
		prepare(t, &l, w, 2)
		l.Finish(w)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestForgetDropsTheChannel(t *testing.T) {
	var w Waiter
	c := w.Expose()
	w.Forget()
	if w.Expose() == c {
		t.Error("the channel is the old one")
	}
}

func TestSleepIsDurablyBlocking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Lot
		var w Waiter
		prepare(t, &l, &w, 1)
		woken := false
		go func() { woken = sleep(&l, &w) }()
		synctest.Wait()
		time.Sleep(time.Hour)
		want(t, "woken before", woken, false)
		wakeN(&l, 1, 1)
		synctest.Wait()
		want(t, "woken after", woken, true)

		prepare(t, &l, &w, 1)
		start := time.Now()
		rest := -1
		want(t, "woken in time", lot.Sleep(&l, &w, time.After(time.Minute), func(_, r int) { rest = r }), false)
		want(t, "time", time.Since(start), time.Minute)
		want(t, "rest", rest, 0)
	})
}
