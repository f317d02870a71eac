package osbridge

import (
	"time"
	"unsafe"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

func init() {
	park.RouseThreads = func(word *atom.Uint32) { waitaddr.WakeAll(address(word)) }
}

// sleepOn sleeps in the kernel on a word while it is expected.
func sleepOn(word *atom.Uint32, expected uint32, until time.Time) error {
	return waitaddr.WaitUntil(address(word), expected, until)
}

// address returns where an atomic's value is: it has no other field that takes room.
func address(word *atom.Uint32) *uint32 { return (*uint32)(unsafe.Pointer(word)) }

var _ [0]struct{} = [unsafe.Sizeof(atom.Uint32{}) - 4]struct{}{}
