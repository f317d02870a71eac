//go:build explore

package spin

// To look again is another interleaving, which the explorer visits anyway.
const exploring = true
