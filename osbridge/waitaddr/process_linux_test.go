package waitaddr_test

import (
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"golang.org/x/sys/unix"
)

// common is the memory that the two processes share.
type common struct {
	word  uint32 // the other process waits while it is 0
	wakes uint32 // and leaves here how many of its waits returned nil
}

func mapCommon(fd int) (*common, error) {
	page, err := unix.Mmap(fd, 0, os.Getpagesize(), readWrite, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return (*common)(unsafe.Pointer(&page[0])), nil
}

func init() {
	roles["sleeper"] = func() {
		c, err := mapCommon(3)
		if err != nil {
			panic(err)
		}
		for atomic.LoadUint32(&c.word) == 0 {
			// The limit is for a parent that died.
			switch err := waitaddr.Shared.WaitTimeout(&c.word, 0, 30*time.Second); {
			case err == nil:
				c.wakes++
			case !errors.Is(err, waitaddr.ErrMismatch):
				panic(err)
			}
		}
	}
}

// Another process sleeps on a word of a memfd. Every shared wake must count it,
// and no private one may.
func TestSharedWakesAcrossProcesses(t *testing.T) {
	skipUnsupported(t, waitaddr.Shared.Wait(new(uint32), 1))
	fd, err := unix.MemfdCreate("waitaddr", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "memfd")
	defer file.Close()
	if err := file.Truncate(int64(os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	c, err := mapCommon(fd)
	if err != nil {
		t.Fatal(err)
	}
	sleeper := exec.CommandContext(t.Context(), os.Args[0])
	sleeper.Env = append(os.Environ(), roleVariable+"=sleeper")
	sleeper.ExtraFiles = []*os.File{file}
	sleeper.Stderr = os.Stderr
	if err := sleeper.Start(); errors.Is(err, syscall.ENOEXEC) {
		t.Skip("an emulator runs this binary, the kernel cannot start it: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
	exit := make(chan error, 1)
	go func() { exit <- sleeper.Wait() }()

	wakes := 0
	for wakes < 200 {
		select {
		case err := <-exit:
			t.Fatal("the other process is gone: ", err)
		default:
		}
		if n := waitaddr.WakeOne(&c.word); n != 0 {
			t.Fatalf("a private wake woke %d in another process", n)
		}
		wakes += waitaddr.Shared.WakeOne(&c.word)
	}
	atomic.StoreUint32(&c.word, 1)
	wakes += waitaddr.Shared.WakeAll(&c.word)
	if err := <-exit; err != nil {
		t.Fatal(err)
	}
	if int(c.wakes) != wakes {
		t.Errorf("%d wakes were counted here, %d waits returned nil there", wakes, c.wakes)
	}
}
