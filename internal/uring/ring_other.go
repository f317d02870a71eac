//go:build !linux

package uring

import (
	"errors"
	"os"
)

// Ring is there so that the name exists; no ring can be made on this system.
type Ring struct{}

// New fails: io_uring is Linux's.
func New(entries int, opts Options) (*Ring, error) {
	return nil, os.NewSyscallError("io_uring_setup", errors.ErrUnsupported)
}
