//go:build !explore

package osbridge

const (
	exploring = false
	alone     = false
)

func callerID() uint64 { return threadID() }

func timeless() bool { return false }
