package waitaddr_test

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// Every call refuses these before the system sees them, also where it would
// have nothing to do.
func TestBadAddressesPanic(t *testing.T) {
	words := new([2]uint32)
	for offset, want := range []string{
		"waitaddr: nil address",
		"waitaddr: misaligned address",
		"waitaddr: misaligned address",
		"waitaddr: misaligned address",
	} {
		var addr *uint32
		if offset != 0 {
			addr = (*uint32)(unsafe.Add(unsafe.Pointer(words), offset))
		}
		for name, call := range map[string]func(){
			"Wait":               func() { waitaddr.Wait(addr, 1) },
			"WaitTimeout":        func() { waitaddr.WaitTimeout(addr, 1, 0) },
			"WaitUntil":          func() { waitaddr.WaitUntil(addr, 1, time.Now()) },
			"WakeOne":            func() { waitaddr.WakeOne(addr) },
			"WakeAll":            func() { waitaddr.WakeAll(addr) },
			"Wake":               func() { waitaddr.Wake(addr, 0) },
			"WaitAny":            func() { waitaddr.WaitAny([]waitaddr.Word{{&words[0], 0}, {addr, 1}}, time.Now()) },
			"Shared.Wait":        func() { waitaddr.Shared.Wait(addr, 1) },
			"Shared.WaitTimeout": func() { waitaddr.Shared.WaitTimeout(addr, 1, 0) },
			"Shared.WaitUntil":   func() { waitaddr.Shared.WaitUntil(addr, 1, time.Now()) },
			"Shared.WakeOne":     func() { waitaddr.Shared.WakeOne(addr) },
			"Shared.WakeAll":     func() { waitaddr.Shared.WakeAll(addr) },
			"Shared.Wake":        func() { waitaddr.Shared.Wake(addr, -1) },
			"Shared.WaitAny":     func() { waitaddr.Shared.WaitAny([]waitaddr.Word{{addr, 1}}, time.Now()) },
		} {
			if got := panicOf(call); got != want {
				t.Errorf("%s at offset %d: panic %q, want %q", name, offset, got, want)
			}
		}
	}
}

func panicOf(call func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	call()
	return
}
