//go:build explore

package osbridge_test

import (
	"unsafe"

	"github.com/rouse-go/rouse/waitcell"
)

// word is a cell's word, where the kernel sees it.
func word(c *waitcell.Cell) *uint32 { return (*uint32)(unsafe.Pointer(c)) }
