package lot_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/rouse-go/rouse/internal/lot"
)

// Real threads: every wake that was counted ended one wait, whatever gave up or moved meanwhile,
// and the table grew under all of that.
func TestHammer(t *testing.T) {
	l := lot.NewSmall[int](2, 2)
	const keys, waiters = 8, 6
	rounds := 10000
	if testing.Short() {
		rounds /= 10
	}
	var (
		wg, wakers sync.WaitGroup
		over       = make(chan struct{})
		mu         sync.Mutex
		woken      int
		counted    int
	)
	closed := make(chan struct{})
	close(closed)
	for i := range waiters {
		wg.Go(func() {
			mine := 0
			var w Waiter
			exposed := i%2 == 0
			if exposed {
				w.Expose()
			}
			for r := range rounds {
				k := (i + r) % keys
				l.Prepare(&w, k, hashOf(k), nil)
				switch {
				case r%3 == 0 && exposed:
					select {
					case <-w.Bed():
					case <-closed:
					}
					if l.Finish(&w) {
						mine++
					}
				case r%3 == 1:
					if lot.Sleep(l, &w, closed, nil) {
						mine++
					}
				default:
					if sleep(l, &w) {
						mine++
					}
				}
			}
			mu.Lock()
			woken += mine
			mu.Unlock()
		})
	}
	for i := range 2 {
		wakers.Go(func() {
			mine := 0
			for r := i; ; r++ {
				select {
				case <-over:
					mu.Lock()
					counted += mine
					mu.Unlock()
					return
				default:
				}
				runtime.Gosched() // those who were woken need somewhere to run
				k := r % keys
				if r%5 == 0 {
					to := (r / 5) % keys
					h := holdBoth(l, k, hashOf(k), to, hashOf(to))
					h.Visit(func(*Waiter) lot.Verdict {
						if h.Woken == 0 {
							return lot.Wake
						}
						return lot.Move
					})
					h.Release()
					mine += h.Woken
				} else if !l.Empty(hashOf(k)) {
					mine += wakeN(l, k, 1+r%3)
				}
			}
		})
	}
	wg.Wait()
	close(over)
	wakers.Wait()
	want(t, "woken, as counted by the wakers", woken, counted)
	wantBooks(t, l)
}
