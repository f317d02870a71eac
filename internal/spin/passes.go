//go:build !explore

package spin

const exploring = false

func passes() bool { return true }
