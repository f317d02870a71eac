//go:build !explore

package osbridge_test

const exploring = false
