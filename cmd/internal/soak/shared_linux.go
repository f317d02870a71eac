package soak

import (
	"golang.org/x/sys/unix"

	"github.com/rouse-go/rouse/osbridge"
)

// sharedCells returns handles on one cell in shared memory that is mapped twice, and what unmaps it.
func sharedCells() (here, there *osbridge.Shared, unmap func(), err error) {
	const size = 4096
	fd, err := unix.MemfdCreate("rouse-soak", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, nil, nil, err
	}
	defer unix.Close(fd)
	if err := unix.Ftruncate(fd, size); err != nil {
		return nil, nil, nil, err
	}
	var regions [2][]byte
	var handles [2]*osbridge.Shared
	unmap = func() {
		for _, r := range regions {
			if r != nil {
				unix.Munmap(r)
			}
		}
	}
	for i := range regions {
		if regions[i], err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err == nil {
			handles[i], err = osbridge.NewSharedIn(regions[i])
		}
		if err != nil {
			unmap()
			return nil, nil, nil, err
		}
	}
	return handles[0], handles[1], unmap, nil
}
