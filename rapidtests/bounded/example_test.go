package bounded_test

import (
	"context"
	"fmt"

	"github.com/rouse-go/rouse/rapidtests/bounded"
)

// Two at most are on the way. What was put before the Close is still got.
func Example() {
	q := bounded.New[string](2)
	go func() {
		for _, s := range []string{"one", "two", "three"} {
			q.Put(context.Background(), s)
		}
		q.Close()
	}()
	for {
		s, err := q.Get(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(s)
	}
	// Output:
	// one
	// two
	// three
	// rouse: closed
}
