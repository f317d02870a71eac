package doorbell

import "sync/atomic"

const Kind = kind

// StartAt puts the sequence where a test wants it.
func (d *Doorbell) StartAt(seq uint64) { d.word.Store(seq << seqShift) }

// Armed reports the intent.
func (d *Doorbell) Armed() bool { return d.word.Load()&armed != 0 }

// CountRings counts the writes to the descriptor from now on. It must come before
// they do. An ordinary build pays nothing for it: the function is called
// through a field anyway.
func (d *Doorbell) CountRings() *atomic.Int64 {
	n := new(atomic.Int64)
	write := d.bell.write
	d.bell.write = func(fd uintptr) bool {
		defer n.Add(1)
		return write(fd)
	}
	return n
}

// BeforeRing has f called before every write, while the descriptor is held.
func (d *Doorbell) BeforeRing(f func()) {
	write := d.bell.write
	d.bell.write = func(fd uintptr) bool {
		f()
		return write(fd)
	}
}

// BeforeTake has f called before every look for rings.
func (d *Doorbell) BeforeTake(f func()) {
	read := d.bell.read
	d.bell.read = func(fd uintptr) bool {
		f()
		return read(fd)
	}
}

// BeforeSleep has f called when a sleep is about to begin: there was no ring.
func (d *Doorbell) BeforeSleep(f func()) {
	read := d.bell.read
	d.bell.read = func(fd uintptr) bool {
		if read(fd) {
			return true
		}
		f()
		return false
	}
}

// WriteFD is the descriptor that rings are written to.
func (d *Doorbell) WriteFD() (n int) {
	d.bell.wc.Control(func(fd uintptr) { n = int(fd) })
	return n
}
