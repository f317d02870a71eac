//go:build unix

package doorbell

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func read(fd uintptr, p []byte) (int, error)  { return syscall.Read(int(fd), p) }
func write(fd uintptr, p []byte) (int, error) { return syscall.Write(int(fd), p) }

func again(err error) bool       { return err == syscall.EAGAIN }
func interrupted(err error) bool { return err == syscall.EINTR }

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
