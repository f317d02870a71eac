//go:build !explore

package spin_test

import (
	"testing"
	"time"

	"github.com/rouse-go/rouse/internal/spin"
)

// After a few waits that took too long a step is left out, but for a try now and then.
func TestGauge(t *testing.T) {
	const most = 20 * time.Microsecond
	for _, c := range []struct {
		name    string
		took    time.Duration
		crowded bool
		allowed map[time.Duration]int // in the next Try waits
	}{
		{"short", most - 1, false, map[time.Duration]int{most: spin.Try}},
		{"too long", most, false, map[time.Duration]int{spin.More * most: spin.Try / 4}},
		{"much too long", spin.More * most, false, map[time.Duration]int{most: 1}},
		{"too long, in a crowd", most, true, map[time.Duration]int{most: 1}},
		{"short, in a crowd, after it had stepped aside", 1, true, map[time.Duration]int{most: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g spin.Gauge
			for i := range spin.Patience {
				if g.Allow(most) != most {
					t.Fatalf("left out after %d", i)
				}
				g.Note(c.took, most, c.crowded)
			}
			got := map[time.Duration]int{}
			for range spin.Try {
				if d := g.Allow(most); d > 0 {
					got[d]++
				}
				g.Note(c.took, most, c.crowded)
			}
			if len(got) != len(c.allowed) {
				t.Fatalf("allowed %v, not %v", got, c.allowed)
			}
			for d, n := range c.allowed {
				if got[d] != n {
					t.Errorf("allowed %v, not %v", got, c.allowed)
				}
			}
			g.Note(0, most, false)
			if g.Allow(most) != most {
				t.Error("left out after a short one")
			}
		})
	}
}
