package parkinglot

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"
)

// calls are the goroutines that a callback of a Lot runs on, for Debug.
type calls struct{ running sync.Map } // of a goroutine's number, and how often

// refuse panics if it is called by a callback.
func (c *calls) refuse() {
	if _, inside := c.running.Load(goroutine()); inside {
		panic("parkinglot: a callback uses its Lot")
	}
}

func (c *calls) enter() { c.running.Store(goroutine(), nil) }
func (c *calls) leave() { c.running.Delete(goroutine()) }

// during calls f as a callback.
func (c *calls) during(f func()) {
	c.enter()
	defer c.leave()
	f()
}

// goroutine returns the number of the calling goroutine, which the runtime tells only in
// what it prints of a stack: "goroutine 17 [running]: ...".
func goroutine() uint64 {
	var buf [64]byte
	text := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	number, _, _ := bytes.Cut(text, []byte(" "))
	n, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		panic("parkinglot: Debug cannot tell goroutines apart here")
	}
	return n
}
