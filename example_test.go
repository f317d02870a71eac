package rouse_test

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitcell"
)

// Everything of this module that can be waited on can be closed, with a cause that every wait from then on returns.
func ExampleClosedError() {
	var cell waitcell.Cell
	go cell.CloseWith(io.ErrUnexpectedEOF)

	err := cell.Wait(context.Background())
	fmt.Println(err)
	fmt.Println(errors.Is(err, rouse.ErrClosed), errors.Is(err, io.ErrUnexpectedEOF))
	// Output:
	// rouse: closed: unexpected EOF
	// true true
}
