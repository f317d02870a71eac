package osbridge_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/waitcell"
)

// A renderer that must stay on its thread draws a frame whenever one is asked for. Who asks need not
// know that a thread waits there: it calls Wake, as it would for a goroutine.
func ExampleWait() {
	var ask, drawn waitcell.Cell
	frame := 0 // belongs to whoever was woken last
	go func() {
		runtime.LockOSThread() // as OpenGL demands
		defer drawn.Close()
		for osbridge.Wait(context.Background(), &ask) == nil {
			frame++
			drawn.Wake()
		}
	}()

	for range 3 {
		ask.Wake()
		if err := drawn.Wait(context.Background()); err != nil {
			fmt.Println(err)
		}
		fmt.Println("frame", frame)
	}
	ask.Close() // the thread's wait returns, and the thread ends
	err := drawn.Wait(context.Background())
	fmt.Println("closed:", errors.Is(err, rouse.ErrClosed))
	// Output:
	// frame 1
	// frame 2
	// frame 3
	// closed: true
}

// An audio thread must be up at once when there is something to play, and that is worth more than processor
// time: it looks for long, and never sleeps as a goroutine.
func ExamplePolicy() {
	var samples waitcell.Cell
	policy := osbridge.Policy{Spin: 2 * osbridge.DefaultSpin, Kernel: osbridge.Forever}
	played := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		played <- policy.Wait(context.Background(), &samples)
	}()
	samples.Wake()
	fmt.Println(<-played)
	// Output: <nil>
}
