package osbridge_test

import (
	"sync/atomic"
	"unsafe"
)

func addressOf(w *atomic.Uint32) *uint32 { return (*uint32)(unsafe.Pointer(w)) }
