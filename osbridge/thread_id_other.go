//go:build !(linux || windows || darwin || freebsd)

package osbridge

func threadID() uint64 { return 0 }

func mainThread() (is, known bool) { return false, false }
