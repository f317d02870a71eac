package dma

import "testing"

// Buffers are as long as asked and begin where asked.
func TestBuffersAreAligned(t *testing.T) {
	for _, align := range []int{1, 512, 4096, 65536} {
		for _, n := range []int{1, 511, 4096, 100_000} {
			for range 20 {
				b := alignedBuffer(n, align)
				if len(b) != n || addressOf(b)%uintptr(align) != 0 {
					t.Fatalf("alignedBuffer(%d, %d): %d bytes at %#x", n, align, len(b), addressOf(b))
				}
			}
		}
	}
}
