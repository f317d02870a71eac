//go:build unix && !explore

package doorbell_test

import (
	"os"
	"syscall"
	"testing"
)

// plain returns the two ends of what a doorbell is made of.
func plain(b *testing.B) (ends [2]*os.File) {
	d := newDoorbell(b)
	for i, fd := range []int{d.FD(), d.WriteFD()} {
		own, err := syscall.Dup(fd)
		must(b, err)
		ends[i] = os.NewFile(uintptr(own), "plain")
		b.Cleanup(func() { ends[i].Close() })
	}
	return ends
}

func benchmarkRead(b *testing.B) { files(b, plain(b), plain(b), count(1)) }

func benchmarkWrite(b *testing.B) {
	d := newDoorbell(b)
	fd, one := d.WriteFD(), count(1)
	for b.Loop() {
		syscall.Write(fd, one)
	}
}

// files does the same with plain reads and writes.
func files(b *testing.B, x, y [2]*os.File, record []byte) {
	read := func(f *os.File) func() {
		buf := make([]byte, len(record))
		return func() { f.Read(buf) }
	}
	pingPong(b,
		func() { x[1].Write(record) }, read(x[0]),
		func() { y[1].Write(record) }, read(y[0]))
}
