//go:build explore

package spin

import "sync/atomic"

// To look again is another interleaving, which the explorer visits anyway.
const exploring = true

// Passes says, under the explorer, whether waits let others run before they lie down.
var Passes atomic.Bool

func passes() bool { return Passes.Load() }
