//go:build explore

package osbridge

// The explorer takes waitaddr's portable backend for the kernel.
const exploring = true

var (
	// alone is whether a scenario is about one P.
	alone = false

	// callerID is threadID, but in a scenario: the explorer's threads may share an OS thread, and it tells them apart.
	callerID = threadID
)
