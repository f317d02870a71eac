package waitcell_test

import (
	"runtime"
	"testing"

	"github.com/rouse-go/rouse/waitcell"
)

// A coalesced wake synchronizes: what was written before a Wake that found another one stored
// is seen after the wait that takes that one (P2).
//
// The wait must come after the wake, and nothing else may order the two, or the race detector
// would be content with that. So the word that it has come is passed by a plain variable, in
// functions that the race detector does not look into. It then tells whether the cell itself orders
// the plain writes to data before the reads.
func TestCoalescedWakeSynchronizes(t *testing.T) {
	if !raceEnabled {
		t.Skip("skipped: it is the race detector that sees it; run with -race")
	}
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			var c waitcell.Cell
			for i := range rounds(4_000) {
				var data int
				var came bool
				c.Wake()
				together(
					func() {
						data = i
						if c.Wake() {
							t.Error("Wake woke somebody, and should have met the one stored")
						}
						whisper(&came)
					},
					func() {
						for !overhear(&came) {
							runtime.Gosched()
						}
						wantErr(t, w.name, w.wait(bg, &c), nil)
						if data != i {
							t.Error("the wait did not see what came before the wake")
						}
					},
				)
			}
		})
	}
}

// As above for the wake that is not stored but meets a waiter which was given one already: waking -> waking+W.
// The wait after next takes it.
func TestWakeBehindADeliveredOneSynchronizes(t *testing.T) {
	if !raceEnabled {
		t.Skip("skipped: it is the race detector that sees it; run with -race")
	}
	var c waitcell.Cell
	for i := range rounds(20_000) {
		var data int
		var came bool
		sub := c.Subscribe()
		c.Wake()
		c.Wake()
		together(
			func() {
				data = i
				c.Wake()
				whisper(&came)
			},
			func() {
				for !overhear(&came) {
					runtime.Gosched()
				}
				wantErr(t, "the subscription", sub.Wait(bg), nil)
				wantErr(t, "the next wait", c.Wait(bg), nil)
				if data != i {
					t.Error("the wait did not see what came before the wake")
				}
			},
		)
	}
}

//go:norace
//go:noinline
func whisper(b *bool) { *b = true }

//go:norace
//go:noinline
func overhear(b *bool) bool { return *b }
