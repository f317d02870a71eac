//go:build !linux

package dma

import "github.com/rouse-go/rouse/internal/uring"

func newUring(depth int) (engine, error) {
	_, err := uring.New(depth, uring.Options{})
	return nil, err
}
