package dma

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Every size around the edges of sectors, pages and blocks, by every engine,
// past the page cache and through it: the report's sum is the file's, and the
// counts are those that the size asks for.
func TestReadsFilesOfEverySize(t *testing.T) {
	const block = 64 << 10
	forEachEngine(t, func(t *testing.T, engine string) {
		for _, direct := range []string{"auto", "off"} {
			for _, depth := range []int{1, 4} {
				r := newReader(t, Config{Engine: engine, Direct: direct, Block: block, Depth: depth})
				for _, size := range []int{0, 1, 511, 512, 4095, 4096, 4097, block - 1, block, block + 1, 10 << 20} {
					path, sum := randomFile(t, size)
					rep, err := r.Read(context.Background(), path)
					if err != nil {
						t.Fatalf("direct %s, depth %d, size %d: %v", direct, depth, size, err)
					}
					if rep.SHA256 != sum || !rep.Verified || rep.Bytes != int64(size) {
						t.Errorf("direct %s, depth %d, size %d: %+v, want SHA-256 %s", direct, depth, size, rep, sum)
					}
					if blocks := int64((size + block - 1) / block); rep.Completions != rep.Wakes || rep.Wakes < blocks {
						t.Errorf("size %d: %d completions, %d wakes, want equal and at least %d",
							size, rep.Completions, rep.Wakes, blocks)
					}
				}
			}
		}
	})
}

// Blocks of odd sizes go through the page cache, and say why; when O_DIRECT is
// demanded they are refused.
func TestOddBlocksCannotBeDirect(t *testing.T) {
	path, sum := randomFile(t, 10_000)
	forEachEngine(t, func(t *testing.T, engine string) {
		rep, err := newReader(t, Config{Engine: engine, Direct: "auto", Block: 1001, Depth: 4}).Read(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		if rep.Direct || !strings.Contains(rep.DirectReason, "no O_DIRECT: ") || rep.SHA256 != sum {
			t.Fatalf("%+v, want a buffered read with a reason and SHA-256 %s", rep, sum)
		}
		_, err = newReader(t, Config{Engine: engine, Direct: "on", Block: 1001, Depth: 4}).Read(context.Background(), path)
		if err == nil || !strings.Contains(err.Error(), "open "+path+": no O_DIRECT: ") {
			t.Fatalf("error %v, want one that names the file and the reason", err)
		}
	})
}

// Short reads are continued, wherever they end, and each is a wake of its own.
func TestShortReadsAreContinued(t *testing.T) {
	const size, atMost = 100_000, 700
	path, sum := randomFile(t, size)
	short := scripted(func(r *request) {
		// A whole read aside, as O_DIRECT wants it; of that the first bytes.
		b := alignedBuffer(len(r.buf), defaultAlign)
		n, err := r.file.ReadAt(b, r.off)
		if n == 0 && err != io.EOF {
			r.complete(0, err)
			return
		}
		r.complete(copy(r.buf, b[:min(n, atMost)]), nil)
	})
	rep, err := short.read(t, path, Config{Engine: "auto", Direct: "auto", Block: 16 << 10, Depth: 3})
	if err != nil {
		t.Fatal(err)
	}
	if rep.SHA256 != sum || rep.Wakes != rep.Completions || rep.Wakes < size/atMost {
		t.Fatalf("%+v, want SHA-256 %s and at least %d wakes", rep, sum, size/atMost)
	}
}

// The kernel may say "again".
func TestInterruptedReadsAreRepeated(t *testing.T) {
	path, sum := randomFile(t, 100_000)
	said := map[int64]int{}
	var again scripted = func(r *request) {
		said[r.off]++ // one slot: one request at a time
		switch said[r.off] {
		case 1:
			r.complete(0, syscall.EINTR)
		case 2:
			r.complete(0, syscall.EAGAIN)
		default:
			n, _ := r.file.ReadAt(r.buf, r.off)
			r.complete(n, nil)
		}
	}
	rep, err := again.read(t, path, Config{Engine: "auto", Direct: "off", Block: 16 << 10, Depth: 1})
	if err != nil {
		t.Fatal(err)
	}
	if rep.SHA256 != sum {
		t.Fatalf("%+v, want SHA-256 %s", rep, sum)
	}
}

// A read that fails fails the file, by name, with the errno to be found.
func TestFailedReadNamesTheFile(t *testing.T) {
	path, _ := randomFile(t, 100_000)
	bad := scripted(func(r *request) { r.complete(0, syscall.EIO) })
	_, err := bad.read(t, path, Config{Engine: "auto", Direct: "off", Block: 4096, Depth: 8})
	if !errors.Is(err, syscall.EIO) || !strings.HasPrefix(err.Error(), "read "+path+": ") {
		t.Fatalf("error %v, want EIO with the file's name", err)
	}
}

// Bytes that differ from an ordinary read's are told, not reported as a success.
func TestWrongBytesAreNoticed(t *testing.T) {
	path, _ := randomFile(t, 100_000)
	wrong := scripted(func(r *request) {
		n, _ := r.file.ReadAt(r.buf, r.off)
		r.buf[0] ^= 1
		r.complete(n, nil)
	})
	_, err := wrong.read(t, path, Config{Engine: "auto", Direct: "off", Block: 4096, Depth: 8})
	if err == nil || !strings.Contains(err.Error(), "by an ordinary read") {
		t.Fatalf("error %v, want a difference", err)
	}
}

// More completions than wakes would be a lost wakeup: never a success.
func TestUnequalCountsAreAnError(t *testing.T) {
	path, _ := randomFile(t, 100_000)
	twice := scripted(func(r *request) {
		n, _ := r.file.ReadAt(r.buf, r.off)
		r.completions.Add(1)
		r.complete(n, nil)
	})
	_, err := twice.read(t, path, Config{Engine: "auto", Direct: "off", Block: 50_000, Depth: 2})
	if err == nil || !strings.Contains(err.Error(), "4 completions, but 2 wakes") {
		t.Fatalf("error %v, want the unequal counts", err)
	}
}

// The file is cut while it is read: an error that says so, and no hang.
func TestShrinkingFileIsAnError(t *testing.T) {
	forEachEngine(t, func(t *testing.T, engine string) {
		for _, left := range []int64{0, 1, 4096, 70_000} {
			path, _ := randomFile(t, 10<<20)
			r := newReader(t, Config{Engine: engine, Direct: "auto", Block: 16 << 10, Depth: 4})
			r.tap(func(n int64) {
				if n == 100 {
					if err := os.Truncate(path, left); err != nil {
						t.Error(err)
					}
				}
			})
			if _, err := r.Read(context.Background(), path); !errors.Is(err, ErrShrank) {
				t.Errorf("cut to %d: error %v, want ErrShrank", left, err)
			}
		}
	})
}

// The file grows while it is read: what it had at first is read, no more.
func TestGrowingFileIsReadToItsFirstSize(t *testing.T) {
	forEachEngine(t, func(t *testing.T, engine string) {
		const size = 1<<20 + 77
		path, sum := randomFile(t, size)
		r := newReader(t, Config{Engine: engine, Direct: "auto", Block: 16 << 10, Depth: 4})
		r.tap(func(n int64) {
			if n == 10 {
				f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
				if err == nil {
					_, err = f.Write(make([]byte, 100_000))
					f.Close()
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		rep, err := r.Read(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		if rep.Bytes != size || rep.SHA256 != sum {
			t.Fatalf("%+v, want %d bytes and SHA-256 %s", rep, size, sum)
		}
	})
}

// What cannot be opened says so as everybody says it.
func TestOpenErrors(t *testing.T) {
	r := newReader(t, Config{Engine: "auto", Direct: "auto", Block: 4096, Depth: 2})
	dir := t.TempDir()
	expect := func(path string, want error) {
		t.Helper()
		_, err := r.Read(context.Background(), path)
		if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), "open "+path+": ") {
			t.Errorf("error %v, want \"open %s: %v\"", err, path, want)
		}
	}
	expect(filepath.Join(dir, "missing"), fs.ErrNotExist)
	expect(dir, syscall.EISDIR)
	if _, err := r.Read(context.Background(), os.DevNull); err == nil {
		t.Errorf("%s was read", os.DevNull)
	}

	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("the rest needs a file that this user may not read, and root may read all")
	}
	path, _ := randomFile(t, 10)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	expect(path, fs.ErrPermission)
}

// Settings that make no sense are refused before anything is opened.
func TestBadConfigIsRefused(t *testing.T) {
	good := Config{Engine: "threads", Direct: "off", Block: 4096, Depth: 1}
	for what, c := range map[string]func(*Config){
		"engine":   func(c *Config) { c.Engine = "steam" },
		"direct":   func(c *Config) { c.Direct = "" },
		"depth 0":  func(c *Config) { c.Depth = 0 },
		"depth":    func(c *Config) { c.Depth = maxDepth + 1 },
		"block 0":  func(c *Config) { c.Block = 0 },
		"block -1": func(c *Config) { c.Block = -1 },
		"memory":   func(c *Config) { c.Block, c.Depth = maxMemory/2+1, 2 },
	} {
		bad := good
		c(&bad)
		if r, err := New(bad); err == nil {
			r.Close()
			t.Errorf("%s: %+v was taken", what, bad)
		}
	}
}

// The progress sees every byte of both passes, and is closed.
func TestProgressSeesEveryByte(t *testing.T) {
	const size = 100_000
	path, _ := randomFile(t, size)
	var log []string
	config := Config{Engine: "threads", Direct: "off", Block: 4096, Depth: 4}
	config.Progress = func(what string, total int64) io.WriteCloser {
		return &meter{done: func(n int) { log = append(log, fmt.Sprintf("%s: %d of %d", what, n, total)) }}
	}
	if _, err := newReader(t, config).Read(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("reading file: %d of %[1]d\nchecking file: %[1]d of %[1]d", size)
	if got := strings.Join(log, "\n"); got != want {
		t.Fatalf("progress:\n%s\nwant:\n%s", got, want)
	}
}

type meter struct {
	bytes.Buffer
	done func(n int)
}

func (m *meter) Close() error { m.done(m.Len()); return nil }
