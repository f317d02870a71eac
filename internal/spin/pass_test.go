//go:build !explore

package spin_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/internal/spin"
)

// step lets others run for d, and then there is something or not.
func step(p *spin.Pass, n uint32, d time.Duration, found bool) {
	start := p.Start(n)
	time.Sleep(d)
	p.Stop(start, found)
}

// Where nothing comes, the step is left out, but for a try now and then, and is taken again when a try finds something.
func TestVainPassIsLeftOut(t *testing.T) {
	var p spin.Pass
	n := uint32(1)
	for ; n <= spin.Enough; n++ {
		if !p.Worth(n) {
			t.Fatalf("left out after %d in vain", n-1)
		}
		step(&p, n, 0, false)
	}
	for ; n < 3*spin.Try; n++ {
		if got, want := p.Worth(n), n%spin.Try == 0; got != want {
			t.Fatalf("wait %d: worth %t", n, got)
		}
	}
	step(&p, n, 0, true)
	if !p.Worth(spin.Clock) {
		t.Error("left out after a try that found something")
	}
}

// One who came back late tells all; after the quiet one goes first, and by when that is back, all know.
func TestLatePassIsToldToAll(t *testing.T) {
	const slice = 20 * time.Millisecond // two that compute, for ten each
	for name, n := range map[string]uint32{"one of the first": 1, "one of many": 100 * spin.Clock} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer spin.Unquiet()
				var p, q, r spin.Pass
				all := func(want bool, when string) {
					t.Helper()
					for i, x := range []*spin.Pass{&p, &q, &r} {
						if got := x.Worth(spin.Clock); got != want {
							t.Fatalf("%s: place %d: worth %t", when, i, got)
						}
					}
				}
				step(&p, n, spin.Late, true)
				all(true, "in time")
				step(&p, n, slice, true)
				all(false, "after one was late")
				time.Sleep(spin.Part*slice - 1)
				all(false, "before the quiet is over")
				time.Sleep(time.Nanosecond)
				if !q.Worth(spin.Clock) {
					t.Fatal("nobody goes first")
				}
				all(false, "while one goes first")
				step(&q, spin.Clock, slice, true)
				all(false, "after that was late too")
				time.Sleep(spin.Part * slice)
				if !r.Worth(spin.Clock) {
					t.Fatal("nobody goes first the second time")
				}
				step(&r, spin.Clock, 0, false)
				all(true, "after one came back in time")
			})
		})
	}
}

// If the one that goes first does not come back, another does.
func TestLostPassDoesNotKeepTheQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer spin.Unquiet()
		var p spin.Pass
		step(&p, 1, 2*spin.Late, true)
		time.Sleep(spin.Part * 2 * spin.Late)
		if !p.Worth(spin.Clock) || p.Worth(2*spin.Clock) {
			t.Fatal("not one goes first")
		}
		time.Sleep(spin.First)
		if !p.Worth(3 * spin.Clock) {
			t.Error("the place of the first is never given again")
		}
	})
}

// A bubble's clock is another one: what it says is not waited for outside.
func TestQuietOfABubbleEndsWithIt(t *testing.T) {
	defer spin.Unquiet()
	var p spin.Pass
	synctest.Test(t, func(*testing.T) { step(&p, 1, time.Second, true) })
	if !p.Worth(spin.Clock) {
		t.Error("quiet by the clock of a bubble that is gone")
	}
}
