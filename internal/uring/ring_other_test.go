//go:build !linux

package uring

import (
	"errors"
	"testing"
)

// Elsewhere the refusal is one that callers can tell from a failure.
func TestNewIsUnsupported(t *testing.T) {
	r, err := New(8, Options{})
	if r != nil || !errors.Is(err, errors.ErrUnsupported) {
		t.Fatalf("New = %v, %v; want nil and ErrUnsupported", r, err)
	}
}
