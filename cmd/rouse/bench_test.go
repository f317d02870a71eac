package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rouse-go/rouse/cmd/internal/bench"
)

// fast is as little as can be measured.
var fast = []string{"bench", "-run", "^wake/stored: (Cell|Queue)$", "-time", "1ms", "-count", "4", "-cpu", "2"}

func benchArgs(more ...string) []string { return append(slices.Clone(fast), more...) }

// The table names the machine, the scenario and its ways; the JSON holds each round, and can be compared with; the
// page is written beside either.
func TestBenchOutputs(t *testing.T) {
	dir := t.TempDir()
	page, old := filepath.Join(dir, "report.html"), filepath.Join(dir, "old.json")

	stdout, stderr, code := rouse(benchArgs("-html", page)...)
	if code != 0 || stderr != "" {
		t.Fatalf("code %d, stderr %q", code, stderr)
	}
	for _, want := range []string{"github.com/rouse-go/rouse ", "GOMAXPROCS=2\n4 rounds, interleaved\n", "\nwake/stored (GOMAXPROCS=2)\n", "  chan (cap 1)\n", "* Cell\n", "* Queue\n"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	if html, err := os.ReadFile(page); err != nil || !bytes.Contains(html, []byte(`<section id="wake/stored">`)) || !bytes.HasSuffix(html, []byte("</html>\n")) {
		t.Errorf("the page: %v, %d bytes", err, len(html))
	}

	stdout, _, code = rouse(benchArgs("-json")...)
	var report bench.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != 0 {
		t.Fatalf("code %d, %v:\n%s", code, err, stdout)
	}
	if len(report.Scenarios) != 1 || len(report.Scenarios[0].Rows) != 3 || len(report.Scenarios[0].Rows[2].Values) != 4 {
		t.Errorf("%+v", report.Scenarios)
	}
	if err := os.WriteFile(old, []byte(stdout), 0o600); err != nil {
		t.Fatal(err)
	}

	stdout, _, code = rouse(benchArgs("-compare", old)...)
	if code != 0 || !regexp.MustCompile(`(?m)^wake/stored +Cell +[\d.]+ +[\d.]+ +(~|[+-][\d.]+%) +[01]\.\d{3}`).MatchString(stdout) {
		t.Errorf("code %d, no change of Cell in\n%s", code, stdout)
	}
	stdout, stderr, _ = rouse(benchArgs("-json", "-compare", old)...)
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || !strings.Contains(stderr, "wake/stored") {
		t.Errorf("%v, stderr %q", err, stderr)
	}
}

// What is wrong with the flags is told before anything is measured.
func TestBenchBadFlags(t *testing.T) {
	text := tempFile(t, "hello\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-count", "0"}, "-count 0: want at least one round\n"},
		{[]string{"-time", "-1s"}, "-time -1s: want a time\n"},
		{[]string{"-cpu", "2,0"}, "-cpu 0: want at least 1\n"},
		{[]string{"-run", "("}, "-run: error parsing regexp"},
		{[]string{"-run", "steam"}, `-run "steam" matches no scenario`},
		{[]string{"-compare", text}, text + " is no output of rouse bench -json: "},
		{[]string{"-compare", text + "x"}, "open " + text + "x: "},
		{[]string{"-html", filepath.Join(text, "x")}, "open " + filepath.Join(text, "x") + ": "},
		{[]string{"more"}, `unknown command "more"`},
	} {
		stdout, stderr, code := rouse(append([]string{"bench"}, c.args...)...)
		if code != 1 || stdout != "" || !strings.HasPrefix(stderr, "rouse bench: "+c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: code %d, stdout %q, stderr %q, want %q", c.args, code, stdout, stderr, c.want)
		}
	}
}

// -list says what would be measured, and -quick leaves out the crowds.
func TestBenchList(t *testing.T) {
	all, _, code := rouse("bench", "-list")
	small, _, _ := rouse("bench", "-list", "-quick")
	if code != 0 || !strings.Contains(all, "broadcast/waiters=100000 (") || !strings.Contains(all, "\n      chan (cap 1)\n") || !strings.Contains(all, "\n    * Cell.Bind\n") {
		t.Errorf("code %d:\n%s", code, all)
	}
	if strings.Contains(small, "00000") || !strings.Contains(small, "broadcast/waiters=1000 (") {
		t.Errorf("-quick:\n%s", small)
	}
}

// Cut short, a run prints what there is, writes what was asked for, and its code is 130.
func TestBenchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	page := filepath.Join(t.TempDir(), "report.html")
	code := run(ctx, benchArgs("-html", page), &out, &errs)
	if code != 130 || !strings.Contains(out.String(), "\ninterrupted: 0 of 4 rounds\n") || errs.String() != "rouse bench: interrupted: 0 of 4 rounds are complete\n" {
		t.Errorf("code %d, stderr %q, stdout:\n%s", code, &errs, &out)
	}
	if html, err := os.ReadFile(page); err != nil || !bytes.Contains(html, []byte("interrupted: 0 of 4 rounds")) {
		t.Errorf("%v:\n%s", err, html)
	}
}

// Every command in docs/bench.md does what it says, for a shorter time. The one that takes two minutes is TestBenchControlC's.
func TestBenchDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/bench.md")
	if err != nil {
		t.Skipf("the documentation is not here: %v", err)
	}
	t.Chdir(t.TempDir())
	n := 0
	for _, line := range regexp.MustCompile(`(?m)^rouse .*$`).FindAllString(string(doc), -1) {
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimSpace(line)
		if n++; line == "rouse bench" {
			continue
		}
		line, to, _ := strings.Cut(line, " > ")
		args := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1)
		for i := range args {
			args[i] = strings.Trim(args[i], "'")
		}
		stdout, stderr, code := rouse(append(args[1:], "-time", "1ms")...)
		if code != 0 {
			t.Errorf("%s: code %d, %s", line, code, stderr)
		}
		if to != "" {
			if err := os.WriteFile(to, []byte(stdout), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n < 5 {
		t.Errorf("%d commands were found in the documentation", n)
	}
}

// The list of scenarios in the documentation is the program's.
func TestBenchDocsNameEveryScenario(t *testing.T) {
	doc, err := os.ReadFile("../../docs/bench.md")
	if err != nil {
		t.Skipf("the documentation is not here: %v", err)
	}
	list, _, _ := rouse("bench", "-list", "-cpu", "1")
	for _, m := range regexp.MustCompile(`(?m)^([a-z]\S*) \(GOMAXPROCS`).FindAllStringSubmatch(list, -1) {
		name, _, _ := strings.Cut(m[1], "/P=")
		name, _, _ = strings.Cut(name, "=")
		if !strings.Contains(string(doc), "`"+name) {
			t.Errorf("docs/bench.md does not say what %s is", m[1])
		}
	}
}
