//go:build !explore

package doorbell

import (
	"os"

	"github.com/rouse-go/rouse/internal/cause"
)

// This file and its twin file_explore.go are the seam between a doorbell and what it is built on, besides
// read, write and open of the systems. Here it is nothing.
type (
	file   = os.File
	reason = cause.Cause
)
