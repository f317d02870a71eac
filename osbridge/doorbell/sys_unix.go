//go:build unix && !explore

package doorbell

import "syscall"

func read(fd uintptr, p []byte) (int, error)  { return syscall.Read(int(fd), p) }
func write(fd uintptr, p []byte) (int, error) { return syscall.Write(int(fd), p) }

func again(err error) bool       { return err == syscall.EAGAIN }
func interrupted(err error) bool { return err == syscall.EINTR }
