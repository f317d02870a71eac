package doorbell_test

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/waitcell"
	"golang.org/x/sys/unix"
)

// A goroutine waits in a Cell for a device that signals an eventfd.
func ExampleForward() {
	// Give this to VFIO, to KVM (as an ioeventfd), to io_uring, or to a C thread.
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer unix.Close(fd)

	ctx, cancel := context.WithCancel(context.Background())
	var interrupt waitcell.Cell
	go func() { interrupt.CloseWith(doorbell.Forward(ctx, fd, &interrupt)) }()

	unix.Write(fd, binary.NativeEndian.AppendUint64(nil, 1)) // the device
	fmt.Println(interrupt.Wait(context.Background()))

	cancel()
	fmt.Println(interrupt.Wait(context.Background()))
	// Output:
	// <nil>
	// rouse: closed: context canceled
}
