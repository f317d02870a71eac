package lot_test

import (
	"sync"
	"testing"

	"github.com/rouse-go/rouse/internal/lot"
)

func hashOf(k int) uint64 { return uint64(k) * 0x9E3779B97F4A7C15 }

func wakeAll(l *lot.Lot[int], k int) int {
	h := l.Hold(k, hashOf(k))
	h.Visit(func(*lot.Waiter[int]) lot.Verdict { return lot.Wake })
	h.Release()
	return h.Woken
}

func TestManyKeysGrowAndWake(t *testing.T) {
	var l lot.Lot[int]
	const n = 1000
	var wg sync.WaitGroup
	ws := make([]lot.Waiter[int], n)
	for i := range ws {
		if !l.Prepare(&ws[i], i, hashOf(i), nil) {
			t.Fatal("refused")
		}
		wg.Go(func() {
			if !lot.Sleep[int, int](&l, &ws[i], nil, nil) {
				t.Error("not woken")
			}
		})
	}
	for i := range ws {
		if got := wakeAll(&l, i); got != 1 {
			t.Errorf("key %d: %d", i, got)
		}
		if !l.Empty(hashOf(i)) && wakeAll(&l, i) != 0 {
			t.Errorf("key %d is not empty", i)
		}
	}
	wg.Wait()
}

func TestSelectFinishAndMove(t *testing.T) {
	var l lot.Lot[int]
	w := lot.Waiter[int]{Exposed: true}
	for range 100 {
		if !l.Prepare(&w, 1, hashOf(1), nil) {
			t.Fatal("refused")
		}
		h := l.HoldBoth(1, hashOf(1), 2, hashOf(2))
		h.Visit(func(*lot.Waiter[int]) lot.Verdict { return lot.Move })
		h.Release()
		if h.Moved != 1 || wakeAll(&l, 1) != 0 || wakeAll(&l, 2) != 1 {
			t.Fatal("moved wrongly")
		}
		<-w.C()
		if !l.Finish(&w) || l.Finish(&w) {
			t.Fatal("finished wrongly")
		}
		l.Prepare(&w, 1, hashOf(1), nil)
		if l.Finish(&w) || wakeAll(&l, 1) != 0 {
			t.Fatal("withdrawn wrongly")
		}
	}
}
