//go:build !explore

package osbridge

const exploring = false

func timeless() bool { return false }
