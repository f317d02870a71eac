package subscribe_test

import (
	"context"
	"fmt"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Do registers first: however fast the answer comes, it is not missed.
func ExampleDo() {
	var answered waitcell.Cell
	request := func() error {
		go answered.Wake() // the other side
		return nil
	}

	err := subscribe.Do(context.Background(), &answered, request)
	fmt.Println(err)
	// Output: <nil>
}

// The first of two events, and the other is not lost.
func ExampleAny() {
	var input, timer waitcell.Cell
	input.Wake()

	sources := []string{"input", "timer"}
	i, err := subscribe.Any(context.Background(), &input, &timer)
	fmt.Println(sources[i], err)

	timer.Wake()
	i, err = subscribe.Any(context.Background(), &input, &timer)
	fmt.Println(sources[i], err)
	// Output:
	// input <nil>
	// timer <nil>
}

// A range loop over the wakes of a source. It ends with the reason.
func ExampleEvents() {
	var tick waitcell.Cell
	tick.Wake()
	for n, err := range subscribe.Events(context.Background(), &tick) {
		if err != nil {
			fmt.Println("after", n, "ticks:", err)
			break
		}
		fmt.Println("tick", n)
		if n < 3 {
			tick.Wake()
		} else {
			tick.Close()
		}
	}
	// Output:
	// tick 1
	// tick 2
	// tick 3
	// after 3 ticks: rouse: closed
}
