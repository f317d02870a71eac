package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rouse-go/rouse/cmd/internal/soak"
)

// A second of everything: a verdict, and a row for each primitive.
func TestSoakOfASecond(t *testing.T) {
	stdout, stderr, code := rouse("soak", "-for", "1s", "-seed", "5")
	for _, want := range []string{"Cell and Bound", "Queue, permits", "Queue, signals", "Cond", "Map", "Any", "All", "Lot", "addresses", "byte mutex", "Cell and threads", "seed 5, ", "nothing was lost"} {
		if code != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("code %d, stderr %q, no %q in:\n%s", code, stderr, want, stdout)
		}
	}
}

func TestSoakAsJSON(t *testing.T) {
	stdout, _, code := rouse("soak", "-for", "100ms", "-json")
	var r soak.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 0 || len(r.Stations) < 7 || r.Seed == 0 {
		t.Errorf("code %d, %v: %s", code, err, stdout)
	}
}

// Ctrl-C: the figures so far, and the code of an interruption.
func TestInterruptedSoakHasFigures(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var out, errs bytes.Buffer
	timer := time.AfterFunc(300*time.Millisecond, cancel)
	defer timer.Stop()
	code := run(ctx, []string{"soak", "-for", "1h"}, &out, &errs)
	if code != 130 || !strings.Contains(out.String(), "interrupted; until then nothing was lost") || errs.String() != "rouse soak: context canceled\n" {
		t.Errorf("code %d, stderr %q, stdout:\n%s", code, errs.String(), out.String())
	}
}

func TestSoakWithoutATime(t *testing.T) {
	if _, stderr, code := rouse("soak", "-for", "0s"); code != 1 || !strings.HasPrefix(stderr, "rouse soak: a soak needs a time") {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
}

// The verdict of a violation names it, above all else.
func TestSoakViolationIsTold(t *testing.T) {
	var out strings.Builder
	writeSoak(&out, &soak.Report{Violation: "Cell, round 3 of seed 5: 2 in, but 1 taken"}, true)
	if !strings.HasSuffix(out.String(), "VIOLATION: Cell, round 3 of seed 5: 2 in, but 1 taken\n") {
		t.Error(out.String())
	}
}
