//go:build explore

package osbridge

import "github.com/rouse-go/rouse/internal/park"

// The explorer takes waitaddr's portable backend for the kernel.
const exploring = true

var (
	// alone is whether a scenario is about one P.
	alone = false

	// callerID is threadID, but in a scenario: the explorer's threads may share an OS thread, and it tells them apart.
	callerID = threadID
)

// timeless reports whether timers are the explorer's, which do not go by the clock. Those of other tests in this build do.
func timeless() bool { return park.Timers.Load() != nil }
