//go:build race

package trial

// Race says that the race detector is there: tests run slower, and allocate more.
const Race = true
