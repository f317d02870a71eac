//go:build (amd64 || 386) && !explore && !waitaddr_portable

// Elsewhere the tests may run in an emulator, which cannot start a second process.

package osbridge_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/rouse-go/rouse/osbridge"
	"golang.org/x/sys/unix"
)

// foreign is the other process: it could be a C program. It has a file with a cell in it, knows the
// cell's layout, and wakes it in two steps.
func foreign() {
	region, err := syscall.Mmap(3, 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	region[8] = 42 // what the wake is about
	word := (*uint32)(unsafe.Pointer(&region[0]))

	const woken, waiting, futexWake = 1, 4, 1
	if was := atomic.OrUint32(word, woken); was&waiting != 0 {
		syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWake, math.MaxInt32, 0, 0, 0)
	}
}

func init() { roles["foreign"] = foreign }

// Another process wakes a goroutine of ours, through eight bytes of a memfd.
func ExampleShared() {
	fd, err := unix.MemfdCreate("cell", unix.MFD_CLOEXEC)
	if err != nil {
		panic(err)
	}
	file := os.NewFile(uintptr(fd), "cell")
	defer file.Close()
	if err := file.Truncate(4096); err != nil {
		panic(err)
	}
	region, err := unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	defer unix.Munmap(region)

	cell, err := osbridge.NewSharedIn(region) // zero bytes: a new cell
	if err != nil {
		panic(err)
	}
	other := exec.Command(os.Args[0]) // this program once more, as the other one
	other.Env = append(os.Environ(), roleVariable+"=foreign")
	other.ExtraFiles = []*os.File{file}
	if err := other.Start(); err != nil {
		panic(err)
	}
	// The other side can die, so there is a limit.
	if err := cell.WaitTimeout(time.Minute); err != nil {
		panic(err)
	}
	fmt.Println("woken, and it says", region[8])
	other.Wait()
	// Output: woken, and it says 42
}
