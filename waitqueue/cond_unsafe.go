package waitqueue

import (
	"unsafe"

	"github.com/rouse-go/rouse/internal/atom"
)

// A copyChecker holds its own address, which tells when it is a copy.
type copyChecker struct{ self atom.Uintptr }

func (c *copyChecker) check() {
	if c.self.Load() != uintptr(unsafe.Pointer(c)) {
		c.checkSlow()
	}
}

// checkSlow tells the first use from a copy. It says what sync.Cond says, whose tests
// ask for those words.
func (c *copyChecker) checkSlow() {
	self := uintptr(unsafe.Pointer(c))
	if !c.self.CompareAndSwap(0, self) && c.self.Load() != self {
		panic("sync.Cond is copied")
	}
}
