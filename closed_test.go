package rouse_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"github.com/rouse-go/rouse"
)

var errCause = &fs.PathError{Op: "read", Path: "/dev/x", Err: io.ErrUnexpectedEOF}

// A ClosedError, as a value and as a pointer, bare and wrapped, is ErrClosed and its cause, and can be had by As in both forms.
func TestClosedErrorIsBoth(t *testing.T) {
	for _, err := range []error{
		rouse.ClosedError{Cause: errCause},
		&rouse.ClosedError{Cause: errCause},
		fmt.Errorf("reading: %w", &rouse.ClosedError{Cause: errCause}),
		errors.Join(io.EOF, rouse.ClosedError{Cause: errCause}),
	} {
		for _, target := range []error{rouse.ErrClosed, errCause, io.ErrUnexpectedEOF} {
			if !errors.Is(err, target) {
				t.Errorf("%T %v is not %v", err, err, target)
			}
		}
		if errors.Is(err, fs.ErrClosed) {
			t.Errorf("%T %v is another package's ErrClosed", err, err)
		}
		var value rouse.ClosedError
		if !errors.As(err, &value) || value.Cause != error(errCause) {
			t.Errorf("%T %v is no ClosedError", err, err)
		}
		var path *fs.PathError
		if !errors.As(err, &path) || path != errCause {
			t.Errorf("As does not reach into the cause of %T %v", err, err)
		}
	}
	var pointer *rouse.ClosedError
	if err := error(&rouse.ClosedError{Cause: errCause}); !errors.As(err, &pointer) || pointer.Cause != error(errCause) {
		t.Error("As finds no *ClosedError")
	}
}

// Its text is ErrClosed's, and the cause's if it has one.
func TestClosedErrorText(t *testing.T) {
	for err, want := range map[error]string{
		rouse.ErrClosed:                                 "rouse: closed",
		rouse.ClosedError{}:                             "rouse: closed",
		rouse.ClosedError{Cause: io.EOF}:                "rouse: closed: EOF",
		rouse.ClosedError{Cause: errors.ErrUnsupported}: "rouse: closed: unsupported operation",
	} {
		if got := err.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Without a cause it is still ErrClosed, and there is nothing below it.
func TestClosedErrorWithoutCause(t *testing.T) {
	err := error(rouse.ClosedError{})
	if !errors.Is(err, rouse.ErrClosed) || errors.Unwrap(err) != nil {
		t.Errorf("%v, and below it %v", err, errors.Unwrap(err))
	}
	var e *rouse.ClosedError
	if errors.As(rouse.ErrClosed, &e) {
		t.Error("ErrClosed is a ClosedError")
	}
}
