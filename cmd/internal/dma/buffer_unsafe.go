package dma

import "unsafe"

// alignedBuffer returns n bytes at an address that is a multiple of align.
func alignedBuffer(n, align int) []byte {
	b := make([]byte, n+align-1)
	skip := -addressOf(b) % uintptr(align)
	return b[skip : skip+uintptr(n)]
}

func addressOf(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }
