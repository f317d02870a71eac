//go:build !explore

package osbridge

const exploring = false
