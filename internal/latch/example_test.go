package latch_test

import (
	"fmt"

	"github.com/rouse-go/rouse/internal/latch"
)

// A room that people enter and leave. To see that it is empty, nobody needs the key.
func Example() {
	var (
		l      latch.Latch
		people []string
	)
	if !l.Lock() {
		return // the room was given up
	}
	people = append(people, "Ada")
	l.Unlock(latch.Marked)
	fmt.Println("empty:", l.Clear(), people)

	l.Lock()
	people = nil
	l.Unlock(latch.Free)
	fmt.Println("empty:", l.Clear(), people)

	l.Lock()
	l.Retire()
	fmt.Println("to be had:", l.Lock())
	// Output:
	// empty: false [Ada]
	// empty: true []
	// to be had: false
}
