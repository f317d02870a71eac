package osbridge

import "runtime"

// Main makes the main thread a [Thread] while f runs: f runs on a goroutine of its own, and what it, and
// everybody whom it passes t to, hand to t runs on the main thread. When f returns, t is closed, and
// when t has run the last call, Main returns. It is for the libraries that want the main thread: those of
// windows and menus on macOS, for one.
//
// Call it from main, which must not have left the main thread. The runtime promises that only to a program that locks it there
// before main begins:
//
//	func init() { runtime.LockOSThread() }
//
//	func main() {
//		osbridge.Main(func(t *osbridge.Thread) { ... })
//	}
//
// Where the system tells (on Linux), Main panics if it is not on the main thread.
//
// A call that blocks for long, such as a library's own event loop, holds up the others. Run one round of the loop in
// each call. The example shows how.
//
// After a call that ended by [runtime.Goexit], Main does not return: at the end its goroutine is gone, as
// after any Goexit.
func Main(f func(t *Thread), opts ...Option) {
	if f == nil {
		panic("osbridge: nil function")
	}
	if is, known := mainThread(); known && !is {
		panic("osbridge: Main is not on the main thread: call runtime.LockOSThread in an init function, and Main from main")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	t := newThread(opts)
	go func() {
		defer t.end()
		f(t)
	}()
	t.live()
}
