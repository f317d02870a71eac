package dma

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// openDirect sets s.direct and s.align, or says why the file cannot be read in
// blocks of this size past the page cache.
func (s *source) openDirect(block int) error {
	f, err := os.OpenFile(s.path, os.O_RDONLY|unix.O_DIRECT, 0)
	if err != nil {
		return errors.Unwrap(err) // the caller names the file
	}
	if err := s.tryDirect(f, block); err != nil {
		f.Close()
		return err
	}
	s.direct = f
	return nil
}

func (s *source) tryDirect(f *os.File, block int) error {
	// The path was opened twice: it may be another file by now.
	a, err := s.plain.Stat()
	if err != nil {
		return err
	}
	b, err := f.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(a, b) {
		return errors.New("file was replaced while it was opened")
	}

	var st unix.Statx_t
	err = unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_DIOALIGN, &st)
	if err == nil && st.Mask&unix.STATX_DIOALIGN != 0 {
		if st.Dio_offset_align == 0 {
			return unix.EOPNOTSUPP
		}
		s.align = int(max(st.Dio_mem_align, st.Dio_offset_align))
	}
	if block%s.align != 0 {
		return fmt.Errorf("a block of %d bytes is no multiple of %d", block, s.align)
	}

	// Some file systems open a file so, and then refuse to read it.
	for s.size > 0 {
		_, err = unix.Pread(int(f.Fd()), alignedBuffer(s.align, s.align), 0)
		if err != unix.EINTR {
			return err
		}
	}
	return nil
}
