//go:build !linux

package dma

import "errors"

func (s *source) openDirect(int) error { return errors.ErrUnsupported }
