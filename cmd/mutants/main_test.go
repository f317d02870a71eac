package main

import (
	"context"
	"io"
	"strings"
	"testing"
)

// One mutant from the list to the table, and the names that there are not.
func TestTable(t *testing.T) {
	var out strings.Builder
	if err := run(context.Background(), &out, "^park-settle-asks-late$", false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[1], "park-settle-asks-late  every interleaving  caught ") {
		t.Errorf("%s", out.String())
	}
	if err := run(context.Background(), io.Discard, "none", false); err == nil || !strings.Contains(err.Error(), "no mutant matches") {
		t.Error(err)
	}
	if err := run(context.Background(), io.Discard, "(", false); err == nil {
		t.Error("a broken pattern was taken")
	}
}
