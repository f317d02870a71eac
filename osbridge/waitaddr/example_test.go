package waitaddr_test

import (
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// A gate is closed until it is opened, once and for all. It is one word.
type gate struct{ open uint32 }

// Open lets everybody through: change the word, then wake.
func (g *gate) Open() {
	atomic.StoreUint32(&g.open, 1)
	waitaddr.WakeAll(&g.open)
}

// Pass returns when the gate is open.
func (g *gate) Pass() {
	for atomic.LoadUint32(&g.open) == 0 {
		waitaddr.Wait(&g.open, 0)
	}
}

func Example() {
	g := new(gate)
	message := ""
	passed := make(chan bool)
	go func() {
		runtime.LockOSThread() // this goroutine has a thread to itself
		g.Pass()
		fmt.Println(message)
		close(passed)
	}()
	message = "the gate is open"
	g.Open()
	<-passed
	// Output: the gate is open
}
