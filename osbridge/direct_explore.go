//go:build explore

package osbridge

import "github.com/rouse-go/rouse/internal/park"

// The explorer takes waitaddr's portable backend for the kernel.
const exploring = true

// timeless reports whether timers are the explorer's, which do not go by the clock. Those of other tests in this build do.
func timeless() bool { return park.Timers.Load() != nil }
