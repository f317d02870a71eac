package osbridge_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"golang.org/x/sys/unix"
)

const regionSize = 4096

// mapShared maps the file and returns two cells in it, on cache lines of their own.
func mapShared(fd int) (region []byte, cells [2]*osbridge.Shared, err error) {
	region, err = unix.Mmap(fd, 0, regionSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	for i := range cells {
		if err == nil {
			cells[i], err = osbridge.NewSharedIn(region[64*i:])
		}
	}
	return region, cells, err
}

// sharedFiles are what processes can have in common.
var sharedFiles = map[string]func(t testing.TB) *os.File{
	"memfd": func(t testing.TB) *os.File {
		fd, err := unix.MemfdCreate("cell", unix.MFD_CLOEXEC)
		must(t, err)
		return os.NewFile(uintptr(fd), "memfd")
	},
	"mapped file": func(t testing.TB) *os.File {
		f, err := os.Create(filepath.Join(t.TempDir(), "cell"))
		must(t, err)
		return f
	},
}

// sharedMemory makes such a file, and maps it.
func sharedMemory(t testing.TB, kind string) (*os.File, []byte, [2]*osbridge.Shared) {
	t.Helper()
	newShared(t) // skips where there are none
	file := sharedFiles[kind](t)
	t.Cleanup(func() { file.Close() })
	must(t, file.Truncate(regionSize))
	region, cells, err := mapShared(int(file.Fd()))
	must(t, err)
	t.Cleanup(func() { unix.Munmap(region) })
	return file, region, cells
}

// spawn starts this binary in a role, with file as descriptor 3.
func spawn(t testing.TB, role string, file *os.File) *exec.Cmd {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), roleVariable+"="+role, "GORACE=atexit_sleep_ms=0")
	child.ExtraFiles = []*os.File{file}
	child.Stderr = os.Stderr
	if err := child.Start(); errors.Is(err, syscall.ENOEXEC) {
		t.Skip("an emulator runs this binary, the kernel cannot start it: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return child
}

func childCells() [2]*osbridge.Shared {
	_, cells, err := mapShared(3)
	if err != nil {
		panic(err)
	}
	return cells
}

func init() {
	// echo answers each wake of the first cell with one of the second, until that is closed.
	roles["echo"] = func() {
		cells := childCells()
		for {
			switch err := cells[0].WaitTimeout(patience); {
			case err == nil:
				cells[1].Wake()
			case errors.Is(err, rouse.ErrClosed):
				cells[1].Close()
				return
			default: // the parent died
				panic(err)
			}
		}
	}
	// storm does everything to both cells at once, but for Close, until it is killed.
	roles["storm"] = func() {
		cells := childCells()
		context.AfterFunc(timeLimit(), func() { panic("not killed") })
		for _, c := range cells {
			for range 2 {
				go func() {
					for {
						c.Wake()
					}
				}()
				go func() {
					for {
						c.WaitTimeout(time.Duration(rand.IntN(50_000)))
					}
				}()
				go func() {
					for {
						ctx, cancel := context.WithCancel(context.Background())
						go cancel()
						c.Wait(ctx)
					}
				}()
			}
		}
		select {}
	}
}

func timeLimit() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	_ = cancel // with the process
	return ctx
}

// Two processes answer each other, asleep or not; and a close arrives.
func TestSharedAcrossProcesses(t *testing.T) {
	for kind := range sharedFiles {
		t.Run(kind, func(t *testing.T) {
			file, _, cells := sharedMemory(t, kind)
			child := spawn(t, "echo", file)
			echoes(t, cells, 500)
			cells[0].Close()
			wantIs(t, "Wait", cells[1].Wait(patient(t)), rouse.ErrClosed)
			must(t, child.Wait())
		})
	}
}

// echoes wakes the first cell and waits for the second, n times.
func echoes(t testing.TB, cells [2]*osbridge.Shared, n int) {
	t.Helper()
	ctx := patient(t)
	for i := range n {
		cells[0].Wake()
		if i%2 == 0 {
			wantIs(t, "Wait", cells[1].Wait(ctx), nil)
		} else {
			wantIs(t, "WaitTimeout", cells[1].WaitTimeout(patience), nil)
		}
	}
}

// Processes are killed at random instants, while they and we do everything at once. No wait of ours outlives its
// timeout, the memory is a cell as before, and the next process finds it usable.
func TestSharedSurvivesKill(t *testing.T) {
	for kind := range sharedFiles {
		t.Run(kind, func(t *testing.T) {
			file, region, cells := sharedMemory(t, kind)
			watch(t, func() string { return fmt.Sprintf("%x", region[:128]) })
			kills := 20
			if testing.Short() {
				kills = 3
			}
			for range kills {
				storm := spawn(t, "storm", file)
				wantIs(t, "the first wake", cells[0].WaitTimeout(patience), nil)
				var both sync.WaitGroup
				for _, c := range cells {
					steps := rand.IntN(400)
					both.Go(func() {
						for i := range steps {
							if i%3 == 0 {
								c.Wake()
							} else if err := c.WaitTimeout(time.Microsecond); err != nil && !errors.Is(err, context.DeadlineExceeded) {
								t.Error(err)
							}
						}
					})
				}
				both.Wait()
				must(t, storm.Process.Kill())
				storm.Wait()
				for i, c := range cells {
					if v := c.Word().Load(); v&osbridge.SharedClosed != 0 {
						t.Fatalf("cell %d: %#x: closed, and nobody did", i, v)
					}
					c.Poll()
					wantIs(t, "a wait that nobody ends", c.WaitTimeout(time.Microsecond), context.DeadlineExceeded)
					c.Wake()
					equal(t, "bits after a wake, with nobody there", c.Word().Load()&(w|osbridge.SharedClosed|s), w)
					wantIs(t, "a wait for a wake of ours", c.WaitTimeout(patience), nil)
				}
				for i, b := range region {
					if b != 0 && i&^3 != 0 && i&^3 != 64 {
						t.Fatalf("byte %d was written", i)
					}
				}
			}
			echo := spawn(t, "echo", file)
			echoes(t, cells, 50)
			cells[0].Close()
			must(t, echo.Wait())
		})
	}
}

// We sleep with no end but a long timeout, the process that is to wake us is killed, and another one's wake arrives.
func TestSharedSleeperIsWokenByTheNextProcess(t *testing.T) {
	file, _, cells := sharedMemory(t, "memfd")
	for range 5 {
		storm := spawn(t, "storm", file)
		wantIs(t, "the first wake", cells[1].WaitTimeout(patience), nil)
		stop := make(chan struct{})
		var sleepers sync.WaitGroup
		for range 3 {
			sleepers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						if err := cells[1].WaitTimeout(patience); err != nil {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		must(t, storm.Process.Kill())
		storm.Wait()
		close(stop)
		over := make(chan struct{})
		go func() { sleepers.Wait(); close(over) }()
		echo := spawn(t, "echo", file)
		for ended := false; !ended; {
			cells[0].Wake() // and its answers end the sleeps one by one
			select {
			case <-over:
				ended = true
			default:
			}
		}
		must(t, echo.Process.Kill())
		echo.Wait()
		cells[1].Poll()
	}
}
