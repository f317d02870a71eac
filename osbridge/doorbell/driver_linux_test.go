package doorbell_test

import (
	"context"
	"encoding/binary"
	"sync"

	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/waitcell"
	"golang.org/x/sys/unix"
)

// connect gives the device an eventfd for its interrupt, as one does by VFIO, and turns its counts into wakes.
func connect(ctx context.Context, dev *device, irq *waitcell.Cell, all *sync.WaitGroup) (disconnect func()) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		panic(err)
	}
	dev.interrupt = func() { unix.Write(fd, binary.NativeEndian.AppendUint64(nil, 1)) }
	all.Go(func() { irq.CloseWith(doorbell.Forward(ctx, fd, irq)) })
	return func() { unix.Close(fd) }
}
