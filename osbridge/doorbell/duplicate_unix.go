//go:build unix

package doorbell

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// duplicate returns a descriptor of its own for the open file behind fd, which it
// makes non-blocking.
func duplicate(fd int) (*os.File, error) {
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if err := syscall.SetNonblock(own, true); err != nil {
		syscall.Close(own)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(own), "descriptor"), nil
}
