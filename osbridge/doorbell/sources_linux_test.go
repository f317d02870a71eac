//go:build !explore

package doorbell_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/rouse-go/rouse/internal/uring"
	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/waitcell"
	"golang.org/x/sys/unix"
)

func eventfd(t *testing.T, flags int) int {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|flags)
	must(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

func TestForwardFromAnEventfd(t *testing.T) {
	for name, flags := range map[string]int{"blocking": 0, "nonblocking": unix.EFD_NONBLOCK} {
		t.Run(name, func(t *testing.T) {
			fd := eventfd(t, flags)
			_, err := unix.Write(fd, count(41)) // before Forward begins: not missed
			must(t, err)
			all := newTally(42)
			stop := forward(t, fd, all)
			_, err = unix.Write(fd, count(1))
			must(t, err)
			<-all.done
			stop()
			equal(t, "wakes", all.n, 42)
		})
	}
}

// A timer of the kernel's that expires every 100 us.
func TestForwardFromATimerfd(t *testing.T) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		t.Skip("no timerfd: ", err)
	}
	defer unix.Close(fd)
	tick := unix.NsecToTimespec(100_000)
	must(t, unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Value: tick, Interval: tick}, nil))
	var cell waitcell.Cell
	stop := forward(t, fd, &cell)
	for range 20 {
		must(t, cell.Wait(patient(t)))
	}
	stop()
}

// The completions of a ring reach a goroutine that waits in a Cell.
func TestForwardFromARegisteredEventfd(t *testing.T) {
	ring, err := uring.New(4, uring.Options{})
	if err != nil {
		t.Skipf("io_uring is refused here: %v", err)
	}
	defer ring.Close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	fd := eventfd(t, unix.EFD_NONBLOCK)
	must(t, ring.RegisterEventfd(fd))
	var cell waitcell.Cell
	stop := forward(t, fd, &cell)
	for id := range uint64(100) {
		must(t, ring.Nop(id))
		_, err := ring.Submit()
		must(t, err)
		must(t, cell.Wait(patient(t)))
		c, ok := ring.Next()
		if !ok || c.UserData != id {
			t.Fatal(c, ok)
		}
	}
	stop()
}

const childWrites = 1000

func init() {
	roles["writer"] = func() {
		for range childWrites {
			if _, err := unix.Write(3, count(1)); err != nil {
				panic(err)
			}
		}
	}
}

// another runs this binary as a writer to f.
func another(t *testing.T, f *os.File) (wait func() error) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), roleVariable+"=writer")
	child.ExtraFiles = []*os.File{f}
	child.Stderr = os.Stderr
	if err := child.Start(); errors.Is(err, syscall.ENOEXEC) {
		t.Skip("an emulator runs this binary, the kernel cannot start it: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return child.Wait
}

// Another process writes; each of its counts is one wake here.
func TestForwardFromAnotherProcess(t *testing.T) {
	fd := eventfd(t, unix.EFD_NONBLOCK)
	all := newTally(childWrites)
	stop := forward(t, fd, all)
	dup, err := unix.Dup(fd)
	must(t, err)
	f := os.NewFile(uintptr(dup), "eventfd")
	defer f.Close()
	must(t, another(t, f)())
	<-all.done
	stop()
	equal(t, "wakes", all.n, childWrites)
}

// A doorbell's descriptor in the hands of another process: its writes are rings.
func TestAnotherProcessRings(t *testing.T) {
	if doorbell.Kind != "eventfd" {
		t.Skip("the descriptor is not one to write to")
	}
	d := newDoorbell(t)
	c := asleep(patient(t), d, 0)
	dup, err := unix.Dup(d.FD())
	must(t, err)
	f := os.NewFile(uintptr(dup), "eventfd")
	defer f.Close()
	wait := another(t, f)
	equal(t, "answer", <-c, answer{0, nil})
	must(t, wait())
}
