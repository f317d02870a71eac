//go:build unix && !explore

package doorbell_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/waitcell"
	"golang.org/x/sys/unix"
)

var lowByte = map[bool]int{true: 0, false: 7}[binary.NativeEndian.Uint16([]byte{1, 0}) == 1]

// fill makes the counter full: another ring does not fit.
func fill(t *testing.T, d *doorbell.Doorbell) {
	t.Helper()
	if doorbell.Kind == "eventfd" {
		buf := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
		buf[lowByte]--
		if _, err := unix.Write(d.WriteFD(), buf); err != nil {
			t.Fatal(err)
		}
		return
	}
	for {
		if _, err := unix.Write(d.WriteFD(), make([]byte, 8)); err == unix.EAGAIN {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// A counter that is full has been rung: no error, no blocking, one wake.
func TestSaturatedCounterIsAlreadyRung(t *testing.T) {
	d := newDoorbell(t)
	fill(t, d)
	must(t, d.Ring())
	d.Arm()
	d.Publish()
	d.Disarm()
	must(t, d.Ring())
	equal(t, "woken", poll(t, d), true)
	equal(t, "woken twice", poll(t, d), false)
	fill(t, d)
	must(t, d.Acknowledge())
	equal(t, "acknowledged", poll(t, d), false)
	fill(t, d)
	must(t, d.Close())
}

// Child processes get nothing.
func TestDescriptorsAreCloseOnExec(t *testing.T) {
	d := newDoorbell(t)
	for _, fd := range []int{d.FD(), d.WriteFD()} {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		must(t, err)
		if flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("descriptor %d would be inherited", fd)
		}
		flags, err = unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		must(t, err)
		if flags&unix.O_NONBLOCK == 0 {
			t.Errorf("descriptor %d blocks", fd)
		}
	}
}

func descriptors(t *testing.T) int {
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc/self/fd to count descriptors in: ", err)
	}
	return len(names)
}

// What was opened is closed, on every way out: close, cancelled and failed waits and
// forwards, and a New that fails.
func TestNoDescriptorLeaks(t *testing.T) {
	before := descriptors(t)
	for range 50 {
		d, source := newDoorbell(t), newDoorbell(t)
		c := asleep(patient(t), d, 0)
		var cell waitcell.Cell
		ctx, cancel := context.WithCancel(t.Context())
		forward := make(chan error)
		fd := source.FD()
		go func() { forward <- doorbell.Forward(ctx, fd, &cell) }()
		d.Publish()
		<-c
		cancel()
		<-forward
		must(t, d.Close())
		must(t, source.Close())
		doorbell.Forward(t.Context(), -1, &cell)
	}
	if f, err := os.Open("descriptor_unix_test.go"); err == nil {
		var cell waitcell.Cell
		if err := doorbell.Forward(t.Context(), int(f.Fd()), &cell); err == nil || !strings.HasPrefix(err.Error(), "doorbell: forward: ") {
			t.Errorf("forward of a plain file: %v", err)
		}
		f.Close()
	}
	equal(t, "descriptors", descriptors(t), before)

	var limit syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	low := limit
	low.Cur = 3
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	_, err := doorbell.New()
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
	if !errors.Is(err, syscall.EMFILE) || !strings.HasPrefix(err.Error(), "doorbell: "+doorbell.Kind) {
		t.Errorf("New with no descriptor left: %v", err)
	}
	equal(t, "descriptors", descriptors(t), before)
}

// Rings and publishes race a close, and right after the close its number is given to another
// eventfd or pipe. Nobody may write there. Method: a ring is held up inside its
// write, while the descriptor is closed and the number is up for grabs.
func TestNobodyWritesToARecycledNumber(t *testing.T) {
	for range 50 {
		d := newDoorbell(t)
		entered, goOn := make(chan struct{}), make(chan struct{})
		first := true // in BeforeRing, which the descriptor's write lock guards
		d.BeforeRing(func() {
			if first {
				first = false
				close(entered)
				<-goOn
			}
		})
		d.Arm()
		var all sync.WaitGroup
		all.Go(d.Publish)
		<-entered
		old := d.WriteFD()
		for range 4 {
			all.Go(func() { d.Ring() })
			all.Go(d.Publish)
		}
		closed := make(chan error, 1)
		go func() { closed <- d.Close() }()
		for d.FD() >= 0 { // until the close has begun
		}
		if _, err := unix.FcntlInt(uintptr(old), unix.F_GETFD, 0); err != nil {
			t.Fatal("the number was given up while a ring was using it: ", err)
		}
		close(goOn)
		must(t, <-closed)
		victim := grab(t, old)
		all.Wait()
		d.Publish()
		d.Ring()
		if n, err := unix.Read(victim, make([]byte, 8)); err != unix.EAGAIN {
			t.Fatalf("%d bytes (%v) were written to somebody else's descriptor", n, err)
		}
		unix.Close(victim)
	}
}

// grab opens a pipe's reading end whose writing end has the number fd, which must be free,
// and returns the reading end.
func grab(t *testing.T, fd int) int {
	var p [2]int
	must(t, unix.Pipe(p[:]))
	must(t, unix.SetNonblock(p[0], true))
	if p[0] == fd {
		other, err := unix.Dup(fd)
		must(t, err)
		p[0] = other
	}
	if p[1] != fd {
		must(t, unix.Dup2(p[1], fd))
		unix.Close(p[1])
	}
	t.Cleanup(func() { unix.Close(fd) })
	return p[0]
}

// A descriptor that fails, which takes somebody who replaces it behind our back: the
// error has the call's name, and the failure of a Publish reaches the sleeper.
func TestFailingDescriptor(t *testing.T) {
	broken := func(fd func(*doorbell.Doorbell) int) *doorbell.Doorbell {
		d := newDoorbell(t)
		dir, err := os.Open("/") // writing is EBADF, reading EISDIR
		must(t, err)
		defer dir.Close()
		must(t, unix.Dup2(int(dir.Fd()), fd(d)))
		return d
	}
	d := broken((*doorbell.Doorbell).WriteFD)
	err := d.Ring()
	if !errors.Is(err, syscall.EBADF) || errors.Is(err, rouse.ErrClosed) ||
		err.Error() != "doorbell: "+doorbell.Kind+" write: "+syscall.EBADF.Error() {
		t.Errorf("Ring: %v", err)
	}
	d.Publish() // not armed: nobody notices
	d.Arm()
	d.Publish()
	s, err := d.Await(t.Context(), 1) // what was published comes first
	equal(t, "submitted", s, 2)
	must(t, err)
	if _, err := d.Await(t.Context(), 2); !errors.Is(err, rouse.ErrClosed) || !errors.Is(err, syscall.EBADF) {
		t.Errorf("Await after a failed publish: %v", err)
	}

	d = broken((*doorbell.Doorbell).FD)
	want := "doorbell: " + doorbell.Kind + " read: " + syscall.EISDIR.Error()
	if err := d.Acknowledge(); !errors.Is(err, syscall.EISDIR) || err.Error() != want {
		t.Errorf("Acknowledge: %v", err)
	}
	if _, err := d.Await(t.Context(), 0); !errors.Is(err, syscall.EISDIR) || err.Error() != want {
		t.Errorf("Await: %v", err)
	}
}
