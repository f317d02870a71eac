package waitaddr

import "unsafe"

// check refuses what no system can wait on, before the system sees it: some
// would report it, some would sleep.
func check(addr *uint32) {
	if addr == nil {
		panic("waitaddr: nil address")
	}
	if uintptr(unsafe.Pointer(addr))%unsafe.Sizeof(*addr) != 0 {
		panic("waitaddr: misaligned address")
	}
}
