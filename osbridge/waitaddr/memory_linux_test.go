package waitaddr_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unsafe"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"golang.org/x/sys/unix"
)

// mapped returns the first word of a page of new memory. fd is -1 for none.
func mapped(t *testing.T, fd, prot, flags int) *uint32 {
	t.Helper()
	page, err := unix.Mmap(fd, 0, os.Getpagesize(), prot, flags)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(page) })
	return (*uint32)(unsafe.Pointer(&page[0]))
}

const readWrite = unix.PROT_READ | unix.PROT_WRITE

// kinds of memory that a word can be in.
var kinds = map[string]func(t *testing.T) *uint32{
	"heap":    func(t *testing.T) *uint32 { return new(uint32) },
	"global":  func(t *testing.T) *uint32 { return &global },
	"private": func(t *testing.T) *uint32 { return mapped(t, -1, readWrite, unix.MAP_PRIVATE|unix.MAP_ANON) },
	"shared":  func(t *testing.T) *uint32 { return mapped(t, -1, readWrite, unix.MAP_SHARED|unix.MAP_ANON) },
	"file":    fileBacked,
}

var global uint32

func fileBacked(t *testing.T) *uint32 {
	f, err := os.Create(filepath.Join(t.TempDir(), "word"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(int64(os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	return mapped(t, int(f.Fd()), readWrite, unix.MAP_SHARED)
}

func TestWakeCountsOneInEveryKindOfMemory(t *testing.T) {
	for kind, memory := range kinds {
		t.Run(kind, func(t *testing.T) {
			word := memory(t)
			result := make(chan error)
			go func() { result <- waitaddr.Wait(word, 0) }()
			wakeSleeper(word)
			if err := <-result; err != nil {
				t.Error(err)
			}
		})
		t.Run("Shared/"+kind, func(t *testing.T) {
			word := memory(t)
			skipUnsupported(t, waitaddr.Shared.Wait(word, 1))
			result := make(chan error)
			go func() { result <- waitaddr.Shared.Wait(word, 0) }()
			for woken := 0; woken != 1; woken = waitaddr.Shared.WakeOne(word) {
				if n := waitaddr.WakeOne(word); n != 0 {
					t.Fatalf("a private wake woke %d that wait in Shared", n)
				}
			}
			if err := <-result; err != nil {
				t.Error(err)
			}
		})
	}
}

// A page that nobody has written is the kernel's one page of zeros, not ours.
func TestUntouchedZeroPage(t *testing.T) {
	for _, prot := range []int{unix.PROT_READ, readWrite} {
		word := mapped(t, -1, prot, unix.MAP_PRIVATE|unix.MAP_ANON)
		if err := waitaddr.WaitTimeout(word, 1, time.Hour); !errors.Is(err, waitaddr.ErrMismatch) {
			t.Errorf("%v, want ErrMismatch", err)
		}
		if err := waitaddr.WaitTimeout(word, 0, time.Millisecond); !errors.Is(err, waitaddr.ErrTimeout) {
			t.Errorf("%v, want ErrTimeout", err)
		}
		if n := waitaddr.WakeAll(word); n != 0 {
			t.Errorf("woke %d with nobody there", n)
		}
	}
}

// Where the kernel looks at the word, memory that is gone is an error and not a
// fault.
func TestUnmappedMemoryIsAnError(t *testing.T) {
	if waitaddr.Backend() != "futex" {
		t.Skip(waitaddr.Backend() + " reads the word itself, which faults")
	}
	word := mapped(t, -1, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	for name, err := range map[string]error{
		"waitaddr: futex wait: bad address": waitaddr.Wait(word, 0),
		"waitaddr: futex_waitv: bad address": func() error {
			_, err := waitaddr.WaitAny([]waitaddr.Word{{word, 0}}, time.Time{})
			return err
		}(),
	} {
		if errors.Is(err, errors.ErrUnsupported) {
			t.Log(err)
			continue
		}
		if err == nil || err.Error() != name || !errors.Is(err, unix.EFAULT) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	if n, m := waitaddr.WakeOne(word), waitaddr.Shared.WakeOne(word); n != 0 || m != 0 {
		t.Errorf("woke %d and %d there", n, m)
	}
}
