// Package dma reads files the way a driver reads a device: many reads are in
// flight, each is awaited by a goroutine of its own, and what completes them
// wakes that goroutine through its waitcell.Cell.
//
// Reading order: pipeline.go (how a file passes through the slots), slot.go
// (one read: subscribe, start, wait), request.go (who may touch a buffer when),
// then the engines that complete requests: uring_linux.go and threads.go.
package dma

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"time"
)

// Config says how to read.
type Config struct {
	Engine string // one of Engines
	Direct string // one of Directs
	Block  int    // bytes a read asks for
	Depth  int    // reads in flight

	// Progress, if there is one, is asked before each pass over a file where to
	// report, or nil: what passes is written there too.
	Progress func(what string, size int64) io.WriteCloser
}

// What Config takes.
var (
	Engines = []string{"auto", "uring", "threads"}
	Directs = []string{"auto", "on", "off"}
)

const (
	maxDepth  = 4096
	maxMemory = 1 << 30 // of all buffers together
)

func (c *Config) check() error {
	switch {
	case !slices.Contains(Engines, c.Engine):
		return fmt.Errorf("engine %q is none of %q", c.Engine, Engines)
	case !slices.Contains(Directs, c.Direct):
		return fmt.Errorf("direct %q is none of %q", c.Direct, Directs)
	case c.Depth < 1 || c.Depth > maxDepth:
		return fmt.Errorf("depth %d is not in 1..%d", c.Depth, maxDepth)
	case c.Block < 1 || c.Block > maxMemory/c.Depth:
		return fmt.Errorf("block of %d bytes is not in 1..%d, for %d of them make %d bytes at most",
			c.Block, maxMemory/c.Depth, c.Depth, maxMemory)
	}
	return nil
}

// Reader reads files, one after another, by one engine.
type Reader struct {
	config Config
	engine engine
	reason string // why this engine
}

// New starts the engine. Close ends it.
func New(c Config) (*Reader, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	e, reason, err := newEngine(c.Engine, c.Depth)
	if err != nil {
		return nil, err
	}
	return &Reader{config: c, engine: e, reason: reason}, nil
}

// Close ends the engine. No Read may be running.
func (r *Reader) Close() error { return r.engine.close() }

// Read reads the file at path twice, by the engine and then plainly, and
// reports what it saw. It is an error if the two differ. The file's size is
// what it was when it was opened: what is appended later is not read, and
// if the file shrinks, the error is ErrShrank.
//
// When Read returns, for whatever reason, nothing of it is in flight.
func (r *Reader) Read(ctx context.Context, path string) (*Report, error) {
	src, err := openSource(path, r.config.Direct, r.config.Block)
	if err != nil {
		return nil, err
	}
	defer src.close()
	rep, err := r.read(ctx, src)
	if err != nil {
		if _, named := errors.AsType[*fs.PathError](err); named {
			return nil, err
		}
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return rep, nil
}

func (r *Reader) read(ctx context.Context, src *source) (*Report, error) {
	hash := sha256.New()
	x := newTransfer(src, r.engine, r.config)
	began := time.Now()
	if err := r.pass("reading", src, hash, func(w io.Writer) error { return x.run(ctx, w) }); err != nil {
		return nil, err
	}
	took := time.Since(began)
	sum := hash.Sum(nil)

	// Each completion woke one goroutine once: that is what rouse promises.
	if done, wakes := x.completions.Load(), x.wakes.count(); done != wakes {
		return nil, fmt.Errorf("%d completions, but %d wakes", done, wakes)
	}

	plain := sha256.New()
	if err := r.pass("checking", src, plain, func(w io.Writer) error { return src.readPlainly(ctx, w) }); err != nil {
		return nil, err
	}
	if want := plain.Sum(nil); !bytes.Equal(sum, want) {
		return nil, fmt.Errorf("SHA-256 is %x, but %x by an ordinary read%s", sum, want, src.changed())
	}

	return &Report{
		File:         src.path,
		Engine:       r.engine.name(),
		EngineReason: r.reason,
		Direct:       src.direct != nil,
		DirectReason: src.reason,
		Block:        r.config.Block,
		Depth:        r.config.Depth,
		Bytes:        src.size,
		Seconds:      took.Seconds(),
		Throughput:   float64(src.size) / max(took.Seconds(), 1e-9),
		WakeLatency:  x.wakes.latency(),
		Completions:  x.completions.Load(),
		Wakes:        x.wakes.count(),
		SHA256:       hex.EncodeToString(sum),
		Verified:     true,
	}, nil
}

// pass runs one pass over src, whose bytes go to w and to the progress.
func (r *Reader) pass(what string, src *source, w io.Writer, run func(io.Writer) error) error {
	if r.config.Progress != nil {
		if p := r.config.Progress(what+" "+filepath.Base(src.path), src.size); p != nil {
			defer p.Close()
			w = io.MultiWriter(w, p)
		}
	}
	return run(w)
}
