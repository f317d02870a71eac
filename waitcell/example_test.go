package waitcell_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitcell"
)

// A device moves data by itself and says when it is done. The driver registers, starts the
// transfer, and sleeps: however fast the device is, its answer is not missed.
func Example_transfer() {
	var irq waitcell.Cell
	buffer := make([]byte, 5)
	device := func() { // somewhere else, and at any speed
		copy(buffer, "hello")
		irq.Wake()
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	done := irq.Subscribe()
	defer done.Cancel()
	go device()
	if err := done.Wait(ctx); err != nil {
		fmt.Println("the device is silent:", err)
		return
	}
	fmt.Printf("%s\n", buffer)
	// Output: hello
}

// Instead of asking every millisecond whether it is there yet:
//
//	for ready.Load() < 3 {
//		time.Sleep(time.Millisecond)
//	}
func ExampleCell_WaitFor() {
	var cell waitcell.Cell
	var ready atomic.Int32
	go func() {
		for range 3 {
			ready.Add(1)
			cell.Wake() // after the change
		}
	}()

	err := cell.WaitFor(context.Background(), func() bool { return ready.Load() == 3 })
	fmt.Println(ready.Load(), err)
	// Output: 3 <nil>
}

func ExampleWaitForValue() {
	var cell waitcell.Cell
	results := make(chan string, 1)
	go func() {
		results <- "42"
		cell.Wake()
	}()

	v, err := waitcell.WaitForValue(context.Background(), &cell, func() (string, bool) {
		select {
		case v := <-results:
			return v, true
		default:
			return "", false
		}
	})
	fmt.Println(v, err)
	// Output: 42 <nil>
}

// A subscription's channel can stand in a select, beside a timer and whatever else there is.
func ExampleCell_Subscribe() {
	var cell waitcell.Cell
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()

	sub := cell.Subscribe()
	defer sub.Cancel() // a wake that select did not choose is kept
	cell.Wake()
	select {
	case <-sub.C():
		fmt.Println("woken:", sub.Err())
	case <-timer.C:
		fmt.Println("nothing in a minute")
	}
	// Output: woken: <nil>
}

// A loop that waits again and again gives the context once.
func ExampleCell_Bind() {
	var cell waitcell.Cell
	jobs := make(chan string, 3)
	go func() {
		for _, job := range []string{"read", "write", "sync"} {
			jobs <- job
			cell.Wake() // three wakes, or fewer: they coalesce
		}
		cell.Close()
	}()

	b := cell.Bind(context.Background())
	defer b.Release()
	for err := error(nil); ; err = b.Wait() {
		for len(jobs) > 0 {
			fmt.Println(<-jobs)
		}
		if err != nil {
			fmt.Println(errors.Is(err, rouse.ErrClosed))
			return
		}
	}
	// Output:
	// read
	// write
	// sync
	// true
}
