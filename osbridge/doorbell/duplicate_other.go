//go:build !unix

package doorbell

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

var errUnsupported = fmt.Errorf("%w on %s", errors.ErrUnsupported, runtime.GOOS)

func duplicate(int) (*os.File, error) { return nil, errUnsupported }
