package osbridge

import "golang.org/x/sys/windows"

func threadID() uint64 { return uint64(windows.GetCurrentThreadId()) }

func mainThread() (is, known bool) { return false, false }
