package park_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/rouse-go/rouse/internal/park"
)

// Kicks reach the places of a Crowd in the order in which they were taken, also a place whose owner
// does not sleep yet; a kick for nobody does nothing. In a bubble its sleep is durably blocking.
func TestCrowdKeepsItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var c park.Crowd
		var woken []int
		early := false // Unlock kicks: the place is taken by then
		c.L = unlocker{&mu, func() {
			if early {
				c.Kick()
			}
		}}
		c.Kick()
		for i := range 4 {
			go func() {
				mu.Lock()
				c.Sleep()
				woken = append(woken, i)
				mu.Unlock()
			}()
			synctest.Wait()
		}
		for i := range 3 {
			c.Kick()
			synctest.Wait()
			mu.Lock() // a kick orders nothing: L does
			if want := []int{0, 1, 2}[:i+1]; !slices.Equal(woken, want) {
				t.Errorf("woken %v, want %v", woken, want)
			}
			mu.Unlock()
		}
		early = true
		mu.Lock()
		go func() { c.Kick() }() // for number 3, or for us, whichever comes first; the other is our own
		c.Sleep()
		mu.Unlock()
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if !slices.Equal(woken, []int{0, 1, 2, 3}) {
			t.Errorf("woken %v", woken)
		}
	})
}

type unlocker struct {
	*sync.Mutex
	after func()
}

func (u unlocker) Unlock() { u.Mutex.Unlock(); u.after() }
