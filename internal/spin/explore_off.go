//go:build !explore

package spin

const exploring = false
