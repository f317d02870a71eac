package osbridge

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func threadID() uint64 {
	var id int // a C long
	if _, _, errno := syscall.RawSyscall(unix.SYS_THR_SELF, uintptr(unsafe.Pointer(&id)), 0, 0); errno != 0 {
		return 0
	}
	return uint64(id)
}

func mainThread() (is, known bool) { return false, false }
