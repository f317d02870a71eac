package asked

import "sync"

func f(x any) bool {
	_, ok := x.(*sync.Cond) // want `a type assertion asks for it at run time`
	return ok
}
