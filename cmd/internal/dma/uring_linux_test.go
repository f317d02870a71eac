package dma

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Where the kernel refuses a ring, threads stand in with the kernel's words;
// unless io_uring was asked for.
func TestRefusedRingFallsBackToThreads(t *testing.T) {
	const tooDeep = 32769 // one more than a ring may have
	e, reason, err := newEngine("auto", tooDeep)
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	if e.name() != "threads" || !strings.HasPrefix(reason, "no io_uring: io_uring_setup: ") {
		t.Fatalf("engine %s (%s), want threads and the refusal", e.name(), reason)
	}
	if _, _, err := newEngine("uring", tooDeep); !errors.As(err, new(syscall.Errno)) {
		t.Fatalf("error %v, want the refusal's errno", err)
	}
}

// The ring stops taking requests: each gets the error, then and later; nothing
// hangs.
func TestFailedSubmissionFailsTheRead(t *testing.T) {
	path, _ := randomFile(t, 1<<20)
	e, err := newUring(4)
	if err != nil {
		t.Skipf("io_uring is refused here: %v", err)
	}
	r := &Reader{config: Config{Engine: "uring", Direct: "auto", Block: 4096, Depth: 4}, engine: e}
	defer r.Close()

	// Something else under the ring's number: the kernel says it is no ring.
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if err := unix.Dup3(int(null.Fd()), e.(*uringEngine).ring.FD(), unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := r.Read(context.Background(), path)
		if err == nil || !strings.Contains(err.Error(), "io_uring_enter") {
			t.Fatalf("error %v, want io_uring_enter's", err)
		}
	}
}

// Success, failure and cancellation all give their descriptors back.
func TestNoDescriptorIsLeaked(t *testing.T) {
	path, _ := randomFile(t, 1<<20)
	open := func() int {
		names, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skipf("descriptors cannot be counted: %v", err)
		}
		return len(names)
	}
	use := func() {
		r, err := New(Config{Engine: "auto", Direct: "auto", Block: 4096, Depth: 4})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		r.Read(ctx, path)
		r.Read(ctx, path+" missing")
		r.tap(func(n int64) {
			if n == 50 {
				cancel()
			}
		})
		r.Read(ctx, path)
	}
	use() // opens what the runtime keeps
	before := open()
	for range 5 {
		use()
	}
	if after := open(); after != before {
		t.Fatalf("%d descriptors before, %d after", before, after)
	}
}
