package osbridge

import "golang.org/x/sys/unix"

// threadID returns a number that no other running thread of this process has, or 0 where the system does not tell
// cheaply.
func threadID() uint64 { return uint64(unix.Gettid()) }

// mainThread reports whether the caller runs on the thread that the process began with; known is false where the
// system does not tell.
func mainThread() (is, known bool) { return unix.Gettid() == unix.Getpid(), true }
