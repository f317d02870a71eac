// Package osbridge lets goroutines that are locked to their OS threads wait where
// goroutines wait.
//
// A goroutine that called runtime.LockOSThread, or that must stay on its thread for
// another reason (OpenGL, a GUI's main loop, ptrace, audio, a C library with thread state),
// pays two extra thread switches for every channel message: the scheduler wakes some
// thread, that one finds out that the goroutine belongs to another, and wakes that. Here the
// thread itself sleeps in the kernel, on the word of the [waitcell.Cell] that it waits for, and
// whoever calls Wake wakes it directly:
//
//	runtime.LockOSThread()
//	for {
//		if err := osbridge.Wait(ctx, &cell); err != nil {
//			return err
//		}
//		...
//	}
//
// Before it sleeps it looks at the word for a while, if that was worth it lately: two threads
// that answer each other within microseconds never enter the kernel. See [Policy].
//
// One cell may be waited on by a goroutine now and by a thread later; Wake need not know
// which it is, and makes a system call only if a thread sleeps.
//
// With GOMAXPROCS=1, and where the system has no wait on an address (see
// [waitaddr.Backend]), the functions of this package are those of the cell: a
// thread that looks or sleeps in the kernel keeps its P, and there everybody else would
// wait for it.
//
// A goroutine that is not locked should call the cell's own methods. It may call these;
// then its thread sleeps with it.
package osbridge
