package dma

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// ErrShrank says that a file had fewer bytes than when it was opened.
var ErrShrank = errors.New("file shrank while it was read")

// source is a file opened to be read: plainly always, with O_DIRECT if it can be.
type source struct {
	path   string
	plain  *os.File
	direct *os.File // nil: reads go through the page cache
	align  int      // of memory, offset and length in direct's reads
	reason string   // why direct, or why not
	size   int64    // at open
	mtime  time.Time
}

// defaultAlign suits O_DIRECT where the system does not tell what it needs.
const defaultAlign = 4096

func openSource(path, mode string, block int) (*source, error) {
	// Look before opening: to open a FIFO would block until it has a writer.
	if fi, err := os.Stat(path); err == nil {
		if fi.IsDir() {
			return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
		}
		if !fi.Mode().IsRegular() {
			return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
		}
	}
	plain, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &source{path: path, plain: plain, align: defaultAlign, reason: "asked for"}
	fi, err := plain.Stat()
	if err == nil {
		s.size, s.mtime = fi.Size(), fi.ModTime()
		err = s.chooseDirect(mode, block)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *source) chooseDirect(mode string, block int) error {
	if mode == "off" {
		return nil
	}
	err := s.openDirect(block)
	switch {
	case err == nil && mode == "auto":
		s.reason = "the file system allows it"
	case err != nil && mode == "auto":
		s.reason = "no O_DIRECT: " + err.Error()
	case err != nil:
		return &fs.PathError{Op: "open", Path: s.path, Err: fmt.Errorf("no O_DIRECT: %w", err)}
	}
	return nil
}

// at returns what to read the n bytes at off from, and into how much of buf.
// Direct reads must begin and end at multiples of s.align, so the last one asks
// for more than the file has. A short read may end anywhere; from
// there on the page cache serves.
func (s *source) at(off int64, buf []byte, n int) (*os.File, []byte) {
	if s.direct != nil && off%int64(s.align) == 0 {
		return s.direct, buf[:s.roundUp(n)]
	}
	return s.plain, buf[:n]
}

func (s *source) roundUp(n int) int { return (n + s.align - 1) / s.align * s.align }

// readPlainly writes the file to w, read in the ordinary way.
func (s *source) readPlainly(ctx context.Context, w io.Writer) error {
	r := io.NewSectionReader(s.plain, 0, s.size)
	buf := make([]byte, min(s.size, 1<<20))
	for off := int64(0); off < s.size; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := r.Read(buf)
		if err == io.EOF {
			return s.shrank(off + int64(n))
		}
		if err != nil {
			return err
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		off += int64(n)
	}
	return nil
}

func (s *source) shrank(at int64) error {
	return fmt.Errorf("%w: nothing at byte %d of %d", ErrShrank, at, s.size)
}

// changed explains a difference, if the file was written to since it was opened.
func (s *source) changed() string {
	if fi, err := s.plain.Stat(); err == nil && !fi.ModTime().Equal(s.mtime) {
		return " (the file was changed meanwhile)"
	}
	return ""
}

func (s *source) close() {
	s.plain.Close()
	if s.direct != nil {
		s.direct.Close()
	}
}
