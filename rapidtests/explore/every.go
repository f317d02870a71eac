//go:build explore

package explore

import (
	"testing"

	"github.com/rouse-go/rouse/internal/explore"
)

// Exhaustive says whether this build visits every interleaving.
const Exhaustive = true

// The types of an ordinary build, those of the explorer. See stress.go for what they do.
type (
	Scenario = explore.Scenario
	Env      = explore.Env
	Thread   = explore.Thread
	Context  = explore.Context
	Result   = explore.Result
	Failure  = explore.Failure
)

// Run searches scenarios, each in a subtest of its name. One that fails is reported with
// its steps and a line that replays it.
func Run(t *testing.T, scenarios ...Scenario) {
	t.Helper()
	explore.Run(t, scenarios...)
}

// Search is Run for one scenario, the result being the caller's to judge: t does not fail.
func Search(t *testing.T, s Scenario) Result { return explore.Search(s) }
