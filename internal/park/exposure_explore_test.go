//go:build explore

package park_test

import (
	"testing"

	"github.com/rouse-go/rouse/internal/explore"
	"github.com/rouse-go/rouse/internal/park"
)

// If Settle answers that the token is gone, no token comes after it: whoever serves again
// gets its own, and no other. The kicker kicks and leaves its note; the holder of the registration may
// have given out the channel, and the user may have received from it.
func TestEverySettle(t *testing.T) {
	for _, c := range []struct {
		name    string
		exposed bool
		takes   bool
	}{
		{"kick,settle", false, false},
		{"kick,expose+settle", true, false},
		{"kick,expose+receive+settle", true, true},
	} {
		explore.Run(t, explore.Scenario{Name: c.name, Build: func(e *explore.Env) {
			const ticket = 1
			s := park.NewSleeper()
			var x park.Exposure
			e.Name("exposure", &x, nil)
			settled := false
			e.Go("holder", func() {
				if c.exposed {
					x.Expose(ticket, s.C())
				}
				if c.takes {
					e.Receive(s.C())
				}
				settled = x.Settle(ticket, s.C())
			})
			e.Go("kicker", func() {
				s.Kick()
				x.Kicked(ticket, false)
			})
			e.Check(func() {
				if settled && park.Left(s.C()) {
					e.Errorf("a token was left behind")
				}
			})
		}})
	}
}
