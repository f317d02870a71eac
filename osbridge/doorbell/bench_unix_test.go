//go:build unix

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
