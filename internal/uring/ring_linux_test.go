package uring

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// newRing makes a ring on a locked thread, as the package asks for, or says
// why there is none and skips.
func newRing(t *testing.T, entries int, opts Options) *Ring {
	t.Helper()
	r, err := New(entries, opts)
	if err != nil {
		t.Skipf("io_uring is refused here: %v", err)
	}
	runtime.LockOSThread()
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		runtime.UnlockOSThread()
	})
	return r
}

func newEventfd(t *testing.T) int {
	t.Helper()
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		t.Fatalf("eventfd: %v", err)
	}
	return fd
}

// add writes 1 to the eventfd fd.
func add(t *testing.T, fd int) {
	t.Helper()
	if _, err := unix.Write(fd, binary.NativeEndian.AppendUint64(nil, 1)); err != nil {
		t.Fatalf("write eventfd: %v", err)
	}
}

// take waits for one completion on a ring whose halves both are the test's.
func take(t *testing.T, r *Ring) Completion {
	t.Helper()
	if _, err := r.SubmitAndWait(1); err != nil {
		t.Fatal(err)
	}
	c, ok := r.Next()
	if !ok {
		t.Fatal("SubmitAndWait(1) returned with no completion")
	}
	return c
}

func nops(t *testing.T, r *Ring, from, n uint64) {
	t.Helper()
	for i := range n {
		if err := r.Nop(from + i); err != nil {
			t.Fatalf("Nop %d: %v", from+i, err)
		}
	}
	if got, err := r.Submit(); err != nil || got != int(n) {
		t.Fatalf("Submit = %d, %v; want %d", got, err, n)
	}
}

func userDatas(r *Ring) (got []uint64) {
	for c := range r.Completions() {
		got = append(got, c.UserData)
	}
	return got
}

// User data comes back unchanged, all 64 bits, and the ring goes round: more
// requests than it has entries.
func TestNopsComeBackWithTheirUserData(t *testing.T) {
	r := newRing(t, 4, Options{})
	for i := range uint64(40) {
		want := i<<60 | i
		if err := r.Nop(want); err != nil {
			t.Fatal(err)
		}
		if c := take(t, r); c.UserData != want || c.Err() != nil || c.More() {
			t.Fatalf("completion %+v, want user data %#x and no more", c, want)
		}
	}
}

// A full queue says so, loses nothing, and takes requests again once submitted.
func TestFullSubmissionQueueSaysSo(t *testing.T) {
	r := newRing(t, 4, Options{})
	for i := range uint64(4) {
		if err := r.Nop(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Nop(4); !errors.Is(err, ErrFull) {
		t.Fatalf("fifth Nop = %v, want ErrFull", err)
	}
	if n, err := r.SubmitAndWait(4); n != 4 || err != nil {
		t.Fatalf("SubmitAndWait = %d, %v", n, err)
	}
	if got := userDatas(r); !slices.Equal(got, []uint64{0, 1, 2, 3}) {
		t.Fatalf("completions %v", got)
	}
	nops(t, r, 4, 1)
}

// The kernel's bytes are the file's, at an offset, and short at its end.
func TestReadReturnsTheFilesBytes(t *testing.T) {
	r := newRing(t, 4, Options{})
	want, err := os.ReadFile("ring_linux_test.go")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("ring_linux_test.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	buf := make([]byte, len(want))
	var pin runtime.Pinner
	pin.Pin(&buf[0])
	defer pin.Unpin()

	const off = 100
	if err := r.Read(int(f.Fd()), buf, off, 7); err != nil {
		t.Fatal(err)
	}
	c := take(t, r)
	if c.Err() != nil || c.UserData != 7 || int(c.Res) != len(want)-off {
		t.Fatalf("completion %+v, want %d bytes", c, len(want)-off)
	}
	if !bytes.Equal(buf[:c.Res], want[off:]) {
		t.Fatal("the bytes read are not the file's")
	}
}

// An error is the request's own, and an errno.
func TestReadOfNoDescriptorFails(t *testing.T) {
	r := newRing(t, 4, Options{})
	if err := r.Read(-1, nil, 0, 1); err != nil {
		t.Fatal(err)
	}
	if c := take(t, r); !errors.Is(c.Err(), syscall.EBADF) {
		t.Fatalf("completion %+v, want EBADF", c)
	}
}

// A goroutine asleep in the netpoller on a registered eventfd is woken by the
// completion, and by none after the eventfd was taken back.
func TestEventfdWakesThroughTheNetpoller(t *testing.T) {
	r := newRing(t, 4, Options{})
	fd := newEventfd(t)
	event := os.NewFile(uintptr(fd), "eventfd")
	defer event.Close()
	if err := r.RegisterEventfd(fd); err != nil {
		t.Fatal(err)
	}

	woken := make(chan error)
	go func() {
		_, err := event.Read(make([]byte, 8))
		woken <- err
	}()
	nops(t, r, 1, 1)
	if err := <-woken; err != nil {
		t.Fatalf("read eventfd: %v", err)
	}
	if got := userDatas(r); !slices.Equal(got, []uint64{1}) {
		t.Fatalf("after the eventfd's signal: completions %v, want [1]", got)
	}

	if err := r.UnregisterEventfd(); err != nil {
		t.Fatal(err)
	}
	nops(t, r, 2, 1)
	take(t, r)
	if _, err := unix.Read(fd, make([]byte, 8)); err != unix.EAGAIN {
		t.Fatalf("read of an unregistered eventfd = %v, want EAGAIN", err)
	}
	if err := r.UnregisterEventfd(); err == nil || !strings.Contains(err.Error(), "io_uring_register") {
		t.Fatalf("second UnregisterEventfd = %v, want an error that names the call", err)
	}
}

// One poll, many completions, each with More.
func TestMultishotPollGoesOn(t *testing.T) {
	r := newRing(t, 4, Options{})
	fd := newEventfd(t)
	defer unix.Close(fd)
	if err := r.AddPollMultishot(fd, 9); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Submit(); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		add(t, fd)
		c := take(t, r)
		if c.Err() != nil && i == 0 {
			t.Skipf("multishot polls are refused here: %v", c.Err())
		}
		if c.UserData != 9 || c.Res&unix.POLLIN == 0 || !c.More() {
			t.Fatalf("completion %d: %+v, want POLLIN and more to come", i, c)
		}
		if _, err := unix.Read(fd, make([]byte, 8)); err != nil {
			t.Fatalf("read eventfd: %v", err)
		}
	}
}

// A full completion queue ends a multishot poll: the completion without More
// says so, and the poll added again reports what was missed.
func TestMultishotPollEndsOnAFullQueueAndCanBeAddedAgain(t *testing.T) {
	r := newRing(t, 4, Options{CQEntries: 4})
	fd := newEventfd(t)
	defer unix.Close(fd)
	if err := r.AddPollMultishot(fd, 9); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Submit(); err != nil {
		t.Fatal(err)
	}
	nops(t, r, 0, 4)
	add(t, fd)
	for i := range uint64(4) {
		if c := take(t, r); c.UserData != i {
			t.Fatalf("completion %+v, want Nop %d", c, i)
		}
	}
	c := take(t, r)
	if c.UserData != 9 {
		t.Fatalf("completion %+v, want the poll's", c)
	}
	if c.More() {
		t.Skip("this kernel keeps a multishot poll through a full queue")
	}
	// The eventfd was never read, so the new poll completes at once.
	if err := r.AddPollMultishot(fd, 10); err != nil {
		t.Fatal(err)
	}
	if c := take(t, r); c.UserData != 10 || c.Res&unix.POLLIN == 0 || !c.More() {
		t.Fatalf("completion %+v, want POLLIN of the second poll", c)
	}
}

// Twice as many completions as the queue holds: the ring says that some are
// kept back, Flush brings them, and every one arrives once, in order.
func TestOverflowLosesNothing(t *testing.T) {
	r := newRing(t, 4, Options{CQEntries: 4})
	nops(t, r, 0, 4)
	if r.Overflowed() {
		t.Fatal("overflowed with a queue just full")
	}
	nops(t, r, 4, 4)
	if !r.Overflowed() {
		t.Fatal("eight completions in a queue of four, and no overflow")
	}
	got := userDatas(r)
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	got = append(got, userDatas(r)...)
	if want := []uint64{0, 1, 2, 3, 4, 5, 6, 7}; !slices.Equal(got, want) {
		t.Fatalf("completions %v, want %v", got, want)
	}
	if r.Overflowed() {
		t.Fatal("still overflowed after the flush")
	}
}

// Both halves at once, on two goroutines, told by the eventfd alone: every
// request completes once. The race detector watches.
func TestHalvesRunOnTwoGoroutines(t *testing.T) {
	r := newRing(t, 8, Options{CQEntries: 8})
	fd := newEventfd(t)
	event := os.NewFile(uintptr(fd), "eventfd")
	defer event.Close()
	if err := r.RegisterEventfd(fd); err != nil {
		t.Fatal(err)
	}

	const total = 2000
	done := make(chan error)
	go func() {
		seen := make([]bool, total)
		for count := 0; count < total; {
			if _, err := event.Read(make([]byte, 8)); err != nil {
				done <- err
				return
			}
			for {
				for c := range r.Completions() {
					if seen[c.UserData] {
						done <- errors.New("a completion came twice")
						return
					}
					seen[c.UserData] = true
					count++
				}
				if !r.Overflowed() {
					break
				}
				if err := r.Flush(); err != nil {
					done <- err
					return
				}
			}
		}
		done <- nil
	}()
	for i := uint64(0); i < total; i += 8 {
		nops(t, r, i, 8)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A refusal names the call and keeps the errno.
func TestSetupErrorNamesTheCall(t *testing.T) {
	_, err := New(-1, Options{})
	if err == nil || !strings.Contains(err.Error(), "io_uring_setup") || !errors.As(err, new(syscall.Errno)) {
		t.Fatalf("New(-1) = %v, want an errno of io_uring_setup", err)
	}
}

// What New opened, Close closes.
func TestCloseLeavesNoDescriptor(t *testing.T) {
	open := func() int {
		names, err := filepath.Glob("/proc/self/fd/*")
		if err != nil || len(names) == 0 {
			t.Skip("no /proc/self/fd to count descriptors in")
		}
		return len(names)
	}
	before := open()
	newRingAndClose := func() {
		r, err := New(4, Options{})
		if err != nil {
			t.Skipf("io_uring is refused here: %v", err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		newRingAndClose()
	}
	if after := open(); after != before {
		t.Fatalf("%d descriptors before, %d after", before, after)
	}
}
