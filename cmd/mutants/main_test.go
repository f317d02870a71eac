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
	if err := run(context.Background(), &out, "^park-settle-asks-late$", 0, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[1], "park-settle-asks-late  every interleaving  caught ") {
		t.Errorf("%s", out.String())
	}
	out.Reset()
	if err := run(context.Background(), &out, "^park-", 1, false); err != nil || !strings.HasSuffix(out.String(), "2 of 3 were not run\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := run(context.Background(), io.Discard, "^no such mutant$", 0, false); err == nil || !strings.Contains(err.Error(), "no mutant matches") {
		t.Error(err)
	}
	if err := run(context.Background(), io.Discard, "(", 0, false); err == nil {
		t.Error("a broken pattern was taken")
	}
}
