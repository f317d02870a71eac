package dma

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// forEachEngine runs f for every engine there is; one that is refused is
// skipped aloud.
func forEachEngine(t *testing.T, f func(t *testing.T, engine string)) {
	for _, name := range []string{"uring", "threads"} {
		t.Run(name, func(t *testing.T) {
			e, _, err := newEngine(name, 1)
			if err != nil {
				t.Skipf("engine %s is refused here: %v", name, err)
			}
			if err := e.close(); err != nil {
				t.Fatal(err)
			}
			f(t, name)
		})
	}
}

func newReader(t *testing.T, c Config) *Reader {
	t.Helper()
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return r
}

// randomFile makes a file of size bytes and returns its path and SHA-256.
func randomFile(t *testing.T, size int) (path, sum string) {
	t.Helper()
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(size)}).Read(data)
	path = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s := sha256.Sum256(data)
	return path, hex.EncodeToString(s[:])
}

// tap is an engine that calls do before the n-th start, n from 1.
type tap struct {
	engine
	starts atomic.Int64
	do     func(n int64)
}

func (e *tap) start(r *request) {
	e.do(e.starts.Add(1))
	e.engine.start(r)
}

func (r *Reader) tap(do func(n int64)) { r.engine = &tap{engine: r.engine, do: do} }

// scripted is an engine made of one function, called on a goroutine of its own.
type scripted func(r *request)

func (f scripted) name() string     { return "scripted" }
func (f scripted) start(r *request) { go f(r) }
func (f scripted) close() error     { return nil }

// read reads path by e.
func (f scripted) read(t *testing.T, path string, c Config) (*Report, error) {
	t.Helper()
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	return (&Reader{config: c, engine: f}).Read(context.Background(), path)
}
