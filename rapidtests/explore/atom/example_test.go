package atom_test

import (
	"fmt"

	"github.com/rouse-go/rouse/rapidtests/explore/atom"
)

// An account that the explorer can look into: the lock and the field that it guards.
type account struct {
	mu      atom.Mutex
	balance atom.Guarded[int] // mu is held
}

func (a *account) deposit(n int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance.Set(a.balance.Get() + n)
	return a.balance.Get()
}

func Example() {
	var a account
	a.deposit(20)
	fmt.Println(a.deposit(22))
	// Output: 42
}
