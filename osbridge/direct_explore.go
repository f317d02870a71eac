//go:build explore

package osbridge

// The explorer takes waitaddr's portable backend for the kernel.
const exploring = true
