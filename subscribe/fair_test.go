package subscribe_test

import (
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"pgregory.net/rapid"
)

// No source starves, of whatever kind and in whatever company: where all are ready each time, each is found. Were
// each as likely as the others, one of ten would be missed 600 times in a row once in 10^27.

func TestAnyFindsEachInTheEnd(t *testing.T) { rapid.Check(t, eachIsFound) }
func FuzzFairness(f *testing.F)             { f.Fuzz(rapid.MakeFuzz(eachIsFound)) }

func eachIsFound(t *rapid.T) {
	kinds := map[kind]func(string) *books{aCell: cellBooks, aQueue: queueBooks, aTray: trayBooks}
	var all []*books
	var srcs []subscribe.Source
	for _, k := range rapid.SliceOfN(rapid.SampledFrom([]kind{aCell, aQueue, aTray}), 1, 10).Draw(t, "sources") {
		b := kinds[k](string(k))
		all, srcs = append(all, b), append(srcs, b.real)
	}
	found := map[int]bool{}
	for range 600 {
		for _, b := range all {
			b.poll() // a tray counts
			b.wake()
		}
		i, err := subscribe.Any(bg, srcs...)
		wantErr(t, "Any", err, nil)
		if found[i] = true; len(found) == len(all) {
			return
		}
	}
	t.Fatalf("of %d sources Any found only %v", len(all), found)
}
