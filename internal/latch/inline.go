package latch

// Nothing here is used by name: atomics come from internal/atom. But the compiler (Go 1.26)
// rates a call of a method of sync/atomic as a real call in a package that does not import
// sync/atomic itself, and the fast paths are then too dear to inline.
import _ "sync/atomic"
