//go:build !linux || !(amd64 || arm64)

package bench

// gvisor has no rows here: gVisor is for Linux on amd64 and arm64.
func gvisor() []primitive { return nil }
