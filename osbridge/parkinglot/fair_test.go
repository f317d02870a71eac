//go:build !explore

package parkinglot_test

import "testing"

// No waiter starves: a lock that is taken and given by others all the time is handed over in the end.
func TestEventualFairness(t *testing.T) {
	watch(t, nil)
	var l Lot
	var x byte
	fair := false
	for !fair {
		c := gather(&l, keyOf(&x), 1)
		l.UnparkOne(keyOf(&x), func(r Result) uint64 { fair = r.Fair; return 0 })
		c.wg.Wait()
	}
	want(t, "fair with nobody there", l.UnparkOne(keyOf(&x), func(Result) uint64 { return 0 }).Fair, false)
}
