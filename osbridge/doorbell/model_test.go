package doorbell_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge/doorbell"
	"pgregory.net/rapid"
)

// A model is what a doorbell is when nothing happens at the same time.
type model struct {
	seq, processed uint64
	armed          bool
	rung           bool
	closed         bool
}

func (m *model) publish() {
	m.seq = (m.seq + 1) & maxSeq
	if m.armed {
		m.armed = false
		m.ring()
	}
}

func (m *model) ring() {
	if !m.closed {
		m.rung = true
	}
}

func (m *model) closedErr() error {
	if m.closed {
		return rouse.ErrClosed
	}
	return nil
}

// await is Await where it must not block: there is something, or the context is done.
func (m *model) await() error {
	if m.seq != m.processed {
		return nil
	}
	rung := m.rung
	m.armed, m.rung = false, false
	switch {
	case m.closed:
		return rouse.ErrClosed
	case rung:
		return nil
	}
	return context.Canceled
}

// program runs one random program of single steps against the model.
func program(t *rapid.T) {
	d, err := doorbell.New()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	must(t, err)
	defer d.Close()
	start := rapid.SampledFrom([]uint64{0, 1, maxSeq - 3, maxSeq}).Draw(t, "start")
	d.StartAt(start)
	m := model{seq: start, processed: start}
	t.Repeat(map[string]func(*rapid.T){
		"publish": func(t *rapid.T) {
			for range rapid.IntRange(1, 3).Draw(t, "n") {
				d.Publish()
				m.publish()
			}
		},
		"ring": func(t *rapid.T) {
			equal(t, "Ring", d.Ring(), m.closedErr())
			m.ring()
		},
		"arm": func(t *rapid.T) {
			equal(t, "Arm", d.Arm(), m.seq)
			m.armed = true
		},
		"disarm": func(t *rapid.T) {
			d.Disarm()
			m.armed = false
		},
		"acknowledge": func(t *rapid.T) {
			equal(t, "Acknowledge", d.Acknowledge(), m.closedErr())
			m.rung = false
		},
		"process": func(t *rapid.T) { m.processed = m.seq },
		"await": func(t *rapid.T) {
			s, err := d.Await(cancelled(), m.processed)
			equal(t, "Await", s, m.seq)
			equal(t, "Await", err, m.await())
		},
		"await, patiently": func(t *rapid.T) {
			if m.seq == m.processed && !m.rung && !m.closed {
				return // it would sleep
			}
			s, err := d.Await(t.Context(), m.processed)
			equal(t, "Await", s, m.seq)
			equal(t, "Await", err, m.await())
		},
		"close": func(t *rapid.T) {
			if rapid.IntRange(0, 9).Draw(t, "one in ten") != 0 {
				return // not yet
			}
			equal(t, "Close", d.Close(), m.closedErr())
			m.closed, m.rung = true, false
		},
		"": func(t *rapid.T) {
			equal(t, "submitted", d.Submitted(), m.seq)
			equal(t, "armed", d.Armed(), m.armed)
			equal(t, "closed", d.FD() < 0, m.closed)
		},
	})
}

func TestRandomProgramsAgreeWithTheModel(t *testing.T) {
	newDoorbell(t) // skips where there is none
	rapid.Check(t, program)
}

func FuzzProgram(f *testing.F) { f.Fuzz(rapid.MakeFuzz(program)) }

// race runs random programs of producers beside a loop that now awaits and now does by hand
// what Await does, without sleeping. Every submission is seen.
func race(t *rapid.T) {
	d, err := doorbell.New()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	must(t, err)
	defer d.Close()
	start := rapid.SampledFrom([]uint64{0, maxSeq - 20}).Draw(t, "start")
	d.StartAt(start)
	var mail mailbox[uint64]
	var all sync.WaitGroup
	defer all.Wait()
	total := 0
	for range rapid.IntRange(1, 5).Draw(t, "producers") {
		steps := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 30).Draw(t, "steps")
		for _, s := range steps {
			if s > 0 {
				total++
			}
		}
		all.Go(func() {
			for _, s := range steps {
				if s == 0 {
					d.Ring()
					continue
				}
				mail.put(1)
				d.Publish()
			}
		})
	}
	// Between its waits the loop does what it likes, within the rules.
	moods := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 20).Draw(t, "loop")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	seen := 0
	for i := 0; seen < total; i++ {
		switch moods[i%len(moods)] {
		case 1:
			must(t, d.Acknowledge()) // before the look into the mail
		case 2:
			d.Arm()
		case 3:
			d.Arm()
			d.Disarm()
		case 4:
			d.Await(cancelled(), start+uint64(seen))
		}
		seen += len(mail.takeAll(nil))
		if seen == total {
			break
		}
		if _, err := d.Await(ctx, start+uint64(seen)); err != nil {
			t.Fatalf("%d of %d seen: %v", seen, total, err)
		}
	}
	all.Wait()
	must(t, ctx.Err()) // it would have ended a sleep that no ring ended
	equal(t, "submitted", d.Submitted(), (start+uint64(total))&maxSeq)
}

func TestRandomProgramsConserveEverySubmission(t *testing.T) {
	newDoorbell(t) // skips where there is none
	rapid.Check(t, race)
}

func FuzzRace(f *testing.F) { f.Fuzz(rapid.MakeFuzz(race)) }
