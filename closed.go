package rouse

import "errors"

// ErrClosed is what every wait on a closed primitive of this module returns:
// itself when the close had no cause, and wrapped in a *[ClosedError] when it
// had one. Test for it with [errors.Is].
var ErrClosed = errors.New("rouse: closed")

// ClosedError is the error of a primitive that was closed with a cause. Waits
// return it as a *ClosedError.
//
//   - errors.Is(err, ErrClosed) holds.
//   - errors.Is(err, cause) holds, and errors.As reaches into the cause.
//   - errors.As(err, &e) works for an e of type *ClosedError and of type ClosedError.
type ClosedError struct {
	// Cause is what CloseWith was given. It is not nil in an error that this
	// module returns.
	Cause error
}

// Error returns "rouse: closed: " and the cause.
func (e ClosedError) Error() string {
	if e.Cause == nil {
		return ErrClosed.Error()
	}
	return ErrClosed.Error() + ": " + e.Cause.Error()
}

// Is reports whether target is ErrClosed.
func (e ClosedError) Is(target error) bool { return target == ErrClosed }

// As lets errors.As fill a ClosedError from a *ClosedError.
func (e ClosedError) As(target any) bool {
	if t, ok := target.(*ClosedError); ok {
		*t = e
		return true
	}
	return false
}

// Unwrap returns the cause.
func (e ClosedError) Unwrap() error { return e.Cause }
