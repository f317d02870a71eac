package shared

import (
	"sync"

	"example.com/other"
)

var c *sync.Cond = other.Share() // want `it is shared with package example.com/other, by Share`
