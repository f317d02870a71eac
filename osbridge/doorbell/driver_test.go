package doorbell_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// More readers than tags, some of which give up while the device has their tag: no read returns another's
// block, no tag is lost or in two hands, and when all is over all tags are free.
func TestDriverKeepsItsTags(t *testing.T) {
	ctx, cancel := context.WithCancel(patient(t))
	var dev device
	d := newDriver(&dev)
	var all sync.WaitGroup
	disconnect := connect(ctx, &dev, &d.irq, &all)
	all.Go(func() { d.completions(ctx) })
	all.Go(func() { dev.run(ctx) })

	var readers sync.WaitGroup
	for r := range uint32(2 * depth) {
		readers.Go(func() {
			var into [blockSize]byte
			for n := range uint32(300) {
				mine, giveUp := context.WithCancel(ctx)
				if n%3 == 0 {
					readers.Go(func() { runtime.Gosched(); giveUp() })
				}
				switch err := d.read(mine, r*300+n, into[:]); {
				case err == nil:
					equal(t, "the first byte", into[0], byte(r*300+n))
					equal(t, "the last byte", into[blockSize-1], byte(r*300+n))
				case n%3 != 0 || !errors.Is(err, context.Canceled):
					t.Error(err)
				}
				giveUp()
			}
		})
	}
	readers.Wait()
	free := map[uint16]bool{}
	for range depth {
		select {
		case tag := <-d.free:
			free[tag] = true
		case <-ctx.Done():
		}
	}
	equal(t, "tags that are free again", len(free), depth)
	cancel()
	all.Wait()
	disconnect()
}

// The device answers before the write to its register returns: the reader has registered by then.
func TestDriverOfAFastDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		dev := device{between: synctest.Wait}
		d := newDriver(&dev)
		dev.interrupt = func() { d.irq.Wake() }
		go d.completions(ctx)
		go dev.run(ctx)
		for n := range uint32(3 * depth) {
			var into [1]byte
			must(t, d.read(ctx, n, into[:]))
			equal(t, "the first byte", into[0], byte(n))
		}
		cancel()
	})
}

// What the tutorial shows is what is tested: each of its pieces of code stands in these files.
func TestTutorialShowsThisCode(t *testing.T) {
	doc, err := os.ReadFile("../../docs/tutorial-driver.md")
	if err != nil {
		t.Skip(err) // the documentation is not beside the package
	}
	var code strings.Builder
	for _, name := range []string{"example_driver_test.go", "device_test.go", "driver_linux_test.go"} {
		text, err := os.ReadFile(name)
		must(t, err)
		code.Write(text)
	}
	pieces := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(doc), -1)
	if len(pieces) < 4 {
		t.Fatalf("%d pieces of code", len(pieces))
	}
	for _, p := range pieces {
		if !strings.Contains(code.String(), p[1]) {
			t.Errorf("not in the code:\n%s", p[1])
		}
	}
}
