package osbridge_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"golang.org/x/sys/unix"
)

func init() {
	roles["panic in Go"] = func() {
		th := osbridge.NewThread()
		th.Go(func() { explode("the last words") })
		th.Do(context.Background(), func() {})
		os.Exit(0) // not reached
	}
	roles["main"] = func() {
		var other int
		osbridge.Main(func(t *osbridge.Thread) {
			other = unix.Gettid()
			for range 3 {
				err := t.Do(context.Background(), func() {
					if unix.Gettid() != unix.Getpid() {
						panic("not the main thread")
					}
				})
				if err != nil {
					panic(err)
				}
			}
			t.Go(func() { os.Stdout.WriteString("drained ") })
			go func() {
				if !errors.Is(t.Close(), rouse.ErrClosed) {
					panic("Main closes it")
				}
			}()
			runtime.Goexit() // f may
		})
		if other == unix.Getpid() {
			panic("f ran on the main thread")
		}
		os.Stdout.WriteString("over")
	}
}

// output runs this binary in a role, and returns what it wrote and whether it ended well.
func output(t *testing.T, role string) (out string, ok bool) {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts processes, which emulators do not do in time")
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), roleVariable+"="+role)
	var b bytes.Buffer
	child.Stdout, child.Stderr = &b, &b
	err := child.Run()
	if errors.Is(err, syscall.ENOEXEC) {
		t.Skip("an emulator runs this binary, the kernel cannot start it: ", err)
	}
	return b.String(), err == nil
}

// A panic in a function of Go ends the program, which says where it came from.
func TestThreadPanicInGo(t *testing.T) {
	out, ok := output(t, "panic in Go")
	if ok || !strings.Contains(out, "the last words") || !strings.Contains(out, "osbridge_test.explode") {
		t.Errorf("ended well: %v\n%s", ok, out)
	}
}

// The functions run on the main thread, f does not, and Main returns when all have run.
func TestMainThread(t *testing.T) {
	if out, ok := output(t, "main"); !ok || out != "drained over" {
		t.Errorf("ended well: %v\n%s", ok, out)
	}
	wantPanic(t, "osbridge: Main is not on the main thread", func() { osbridge.Main(func(*osbridge.Thread) {}) })
}

// An OS thread ends with its Thread.
func TestThreadsEnd(t *testing.T) {
	count := func() int {
		tasks, err := os.ReadDir("/proc/self/task")
		must(t, err)
		return len(tasks)
	}
	var ids []int
	for range 50 {
		th := osbridge.NewThread()
		must(t, th.Do(t.Context(), func() { ids = append(ids, unix.Gettid()) }))
		must(t, th.Close())
	}
	ctx := patient(t)
	for alive := len(ids); alive > 0; {
		must(t, ctx.Err())
		alive = 0
		for _, id := range ids {
			if unix.Tgkill(unix.Getpid(), id, 0) == nil {
				alive++
			}
		}
		runtime.Gosched()
	}
	before := count()
	threads := make([]*osbridge.Thread, 100)
	for i := range threads {
		threads[i] = osbridge.NewThread()
		must(t, threads[i].Do(t.Context(), nothing))
	}
	if n := count() - before; n > len(threads)+20 {
		t.Errorf("%d OS threads for %d", n, len(threads))
	}
	for _, th := range threads {
		must(t, th.Close())
	}
}
