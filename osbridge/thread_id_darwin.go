package osbridge

import (
	"syscall"

	"golang.org/x/sys/unix"
)

func threadID() uint64 {
	//lint:ignore SA1019 pthread_threadid_np is the wrapper, and needs cgo; that it may fail some day is provided for
	id, _, errno := syscall.RawSyscall(unix.SYS_THREAD_SELFID, 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return uint64(id)
}

func mainThread() (is, known bool) { return false, false }
