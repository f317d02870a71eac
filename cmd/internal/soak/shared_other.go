//go:build !linux

package soak

import (
	"errors"

	"github.com/rouse-go/rouse/osbridge"
)

func sharedCells() (here, there *osbridge.Shared, unmap func(), err error) {
	return nil, nil, nil, errors.New("there is no memfd here")
}
