package soak

import (
	"github.com/rouse-go/rouse/osbridge/doorbell"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// all returns the stations, and says of those that cannot be here why.
func all() (stations []station, skipped []string) {
	stations = []station{
		{"Cell and Bound", cellRound},
		{"Queue, permits", permitRound},
		{"Queue, signals", signalRound},
		{"Cond", condRound},
		{"Map", mapRound},
		{"Any", anyRound},
		{"All", allRound},
		{"Lot", lotRound},
		{"addresses", addressRound},
		{"byte mutex", mutexRound},
		{"Thread", callRound},
	}
	if _, _, unmap, err := sharedCells(); err != nil {
		skipped = append(skipped, "Shared: "+err.Error())
	} else {
		unmap()
		stations = append(stations, station{"Shared", sharedRound})
	}
	if waitaddr.Backend() == "portable" {
		skipped = append(skipped, "Cell and threads: no thread can sleep on an address here, so osbridge's waits are the Cell's")
	} else {
		stations = append(stations, station{"Cell and threads", threadRound})
	}
	if d, err := doorbell.New(); err != nil {
		skipped = append(skipped, "doorbell: "+err.Error())
	} else {
		d.Close()
		stations = append(stations, station{"doorbell", bellRound})
	}
	return stations, skipped
}

const (
	senders = 3
	each    = 200 // by each sender
	total   = senders * each
)
