package parkinglot_test

import (
	"fmt"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// A gate of one byte: closed until it is opened, for good.
func Example() {
	var open parkinglot.Uint8
	through := make(chan string)
	for _, name := range []string{"a", "b"} {
		go func() {
			for open.Load() == 0 {
				parkinglot.Wait(open.Addr(), 0)
			}
			through <- name
		}()
	}
	open.Store(1) // first the value,
	parkinglot.NotifyAll(open.Addr())
	fmt.Println(len(<-through) + len(<-through))
	// Output: 2
}
