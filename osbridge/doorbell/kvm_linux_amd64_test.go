//go:build !explore

package doorbell_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"unsafe"

	"github.com/rouse-go/rouse/waitcell"
	"golang.org/x/sys/unix"
)

// A guest is a virtual machine with one processor, in real mode, and one page of memory.
// Its program is a device: `out` to doorPort adds to an eventfd, in the kernel.
type guest struct {
	vm, cpu int
	memory  []byte
	run     []byte // struct kvm_run
}

const doorPort = 0x510

// From linux/kvm.h.
const (
	kvmCreateVM            = 0xae01
	kvmGetVCPUMmapSize     = 0xae04
	kvmCreateVCPU          = 0xae41
	kvmRun                 = 0xae80
	kvmSetUserMemoryRegion = 0x4020ae46
	kvmIoeventfd           = 0x4040ae79
	kvmSetRegs             = 0x4090ae82
	kvmGetSregs            = 0x8138ae83
	kvmSetSregs            = 0x4138ae84

	kvmExitHlt = 5
)

type kvmMemoryRegion struct {
	slot, flags     uint32
	guest, size, at uint64
}

type kvmIoeventfdArg struct {
	datamatch, addr uint64
	len             uint32
	fd              int32
	flags           uint32 // 2: a port
	_               [36]byte
}

type kvmRegs struct {
	_           [16]uint64 // rax ... r15
	rip, rflags uint64
}

var (
	_ [32]struct{}  = [unsafe.Sizeof(kvmMemoryRegion{})]struct{}{}
	_ [64]struct{}  = [unsafe.Sizeof(kvmIoeventfdArg{})]struct{}{}
	_ [144]struct{} = [unsafe.Sizeof(kvmRegs{})]struct{}{}
)

func ioctl(fd int, request uintptr, arg uintptr) (int, error) {
	for {
		n, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, arg)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, fmt.Errorf("ioctl %#x: %w", request, errno)
		}
	}
}

// newGuest makes a guest that will run code, with doorPort connected to the
// eventfd fd. Or it says why there is none and skips.
func newGuest(t *testing.T, code []byte, fd int) *guest {
	t.Helper()
	g := new(guest)
	check := func(n int, err error) int {
		t.Helper()
		if err != nil {
			t.Skipf("KVM is refused here: %v", err)
		}
		return n
	}
	kvm := check(unix.Open("/dev/kvm", unix.O_RDWR|unix.O_CLOEXEC, 0))
	defer unix.Close(kvm)
	g.vm = check(ioctl(kvm, kvmCreateVM, 0))
	t.Cleanup(func() { unix.Close(g.vm) })

	page := os.Getpagesize()
	var err error
	g.memory, err = unix.Mmap(-1, 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
	must(t, err)
	t.Cleanup(func() { unix.Munmap(g.memory) })
	copy(g.memory, code)
	region := kvmMemoryRegion{size: uint64(page), at: uint64(uintptr(unsafe.Pointer(&g.memory[0])))}
	check(ioctl(g.vm, kvmSetUserMemoryRegion, uintptr(unsafe.Pointer(&region))))

	door := kvmIoeventfdArg{addr: doorPort, len: 1, fd: int32(fd), flags: 2}
	check(ioctl(g.vm, kvmIoeventfd, uintptr(unsafe.Pointer(&door))))

	size := check(ioctl(kvm, kvmGetVCPUMmapSize, 0))
	g.cpu = check(ioctl(g.vm, kvmCreateVCPU, 0))
	t.Cleanup(func() { unix.Close(g.cpu) })
	g.run, err = unix.Mmap(g.cpu, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	must(t, err)
	t.Cleanup(func() { unix.Munmap(g.run) })

	var sregs [312]byte // struct kvm_sregs begins with cs: base uint64, limit uint32, selector uint16
	check(ioctl(g.cpu, kvmGetSregs, uintptr(unsafe.Pointer(&sregs))))
	clear(sregs[:8])
	clear(sregs[12:14])
	check(ioctl(g.cpu, kvmSetSregs, uintptr(unsafe.Pointer(&sregs))))
	regs := kvmRegs{rflags: 2}
	check(ioctl(g.cpu, kvmSetRegs, uintptr(unsafe.Pointer(&regs))))
	return g
}

// untilHalt runs the guest to its next hlt.
func (g *guest) untilHalt(t *testing.T) {
	t.Helper()
	if _, err := ioctl(g.cpu, kvmRun, 0); err != nil {
		t.Skipf("KVM is refused here: %v", err)
	}
	if reason := *(*uint32)(unsafe.Pointer(&g.run[8])); reason != kvmExitHlt {
		t.Skipf("KVM cannot run a guest here: exit reason %d", reason)
	}
}

// A device's interrupt, end to end: each `out` of the guest wakes a goroutine that
// waits on a Cell.
func TestGuestInterruptsWakeACell(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	fd := eventfd(t, unix.EFD_NONBLOCK)
	g := newGuest(t, []byte{
		0xba, doorPort & 0xff, doorPort >> 8, // mov dx, doorPort
		0xee,       // again: out dx, al
		0xf4,       //        hlt
		0xeb, 0xfc, //        jmp again
	}, fd)
	var cell waitcell.Cell
	stop := forward(t, fd, &cell)
	for range 100 {
		sub := cell.Subscribe()
		g.untilHalt(t)
		must(t, sub.Wait(patient(t)))
	}
	stop()
}

// A burst of interrupts that nobody looked at in between: none is missing.
func TestGuestInterruptsAreCounted(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const n = 5000
	fd := eventfd(t, unix.EFD_NONBLOCK)
	g := newGuest(t, []byte{
		0xba, doorPort & 0xff, doorPort >> 8, // mov dx, doorPort
		0xb9, n & 0xff, n >> 8, // mov cx, n
		0xee,       // again: out dx, al
		0xe2, 0xfd, //        loop again
		0xf4, //              hlt
	}, fd)
	all := newTally(n)
	stop := forward(t, fd, all)
	g.untilHalt(t)
	<-all.done
	stop()
	equal(t, "wakes", all.n, n)
}
