package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every command's help is a page with the same sections in the same order, by -h and by `rouse help`, and
// names every flag with one dash.
func TestHelpIsAPage(t *testing.T) {
	order := []string{"NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"}
	for _, command := range commands {
		cmd := command()
		page, stderr, code := rouse("help", cmd.Name())
		if again, _, _ := rouse(cmd.Name(), "-h"); again != page || code != 0 || stderr != "" {
			t.Errorf("%s: help and -h differ, or code %d, stderr %q", cmd.Name(), code, stderr)
		}
		sections := regexp.MustCompile(`(?m)^[A-Z][A-Z ]+$`).FindAllString(page, -1)
		if !slices.IsSortedFunc(sections, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) }) {
			t.Errorf("%s: sections %q", cmd.Name(), sections)
		}
		for _, want := range []string{"NAME", "SYNOPSIS", "OPTIONS", "EXIT STATUS"} {
			if !slices.Contains(sections, want) {
				t.Errorf("%s: no %s", cmd.Name(), want)
			}
		}
		if strings.Contains(page, "\n  --") || strings.Contains(page, "[flags]") {
			t.Errorf("%s: two dashes or [flags] in\n%s", cmd.Name(), page)
		}
	}
	if page, _, _ := rouse("help"); !strings.Contains(page, "\n  dma ") || !strings.Contains(page, "\n  fix ") {
		t.Errorf("the commands are not in\n%s", page)
	}
}

// What a shell asks for, and what it is offered. It picks itself what begins as the word does.
func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		typed []string // the last word is the one to complete
		want  []string
	}{
		{[]string{"d"}, []string{"dma", ":4"}},
		{[]string{"dma", "-engine", ""}, []string{"auto", "uring", "threads", "list", ":4"}},
		{[]string{"dma", "--engine=t"}, []string{"auto", "uring", "threads", "list", ":4"}},
		{[]string{"dma", "-direct", "o"}, []string{"auto", "on", "off", ":4"}},
		{[]string{"dma", "-eng"}, []string{"-engine", ":4"}},
		{[]string{"dma", "--eng"}, []string{"--engine", ":4"}},
		{[]string{"dma", "READ"}, []string{":0"}},  // files, by the shell
		{[]string{"fix", "./in"}, []string{":16"}}, // directories, by the shell
		{[]string{"help", "f"}, []string{"fix", ":4"}},
	} {
		stdout, _, code := rouse(append([]string{cobra.ShellCompNoDescRequestCmd}, c.typed...)...)
		if got := strings.Fields(stdout); code != 0 || !slices.Equal(got, c.want) {
			t.Errorf("%q: code %d, %q; want %q", c.typed, code, got, c.want)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		stdout, stderr, code := rouse("completion", shell)
		if code != 0 || stderr != "" || !strings.Contains(stdout, "rouse") {
			t.Errorf("completion %s: code %d, stderr %q, %d bytes", shell, code, stderr, len(stdout))
		}
	}
}

// bash reads the script, and completes by it.
func TestCompletionInBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	bin := build(t)
	dir := t.TempDir()
	script, _, _ := rouse("completion", "bash")
	if err := os.WriteFile(filepath.Join(dir, "rouse.bash"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bash, "-c", `
		_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
		__ltrim_colon_completions() { :; }
		compopt() { :; }
		. ./rouse.bash
		COMP_WORDS=(rouse dma -engine th); COMP_CWORD=3; COMP_LINE="rouse dma -engine th"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
		__start_rouse && echo "${COMPREPLY[@]}"`)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(bin)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "threads" {
		t.Errorf("%v: %s", err, out)
	}
}

// documented are the commands that the help pages and docs give, one line each, but for those of
// commands whose own tests run them.
func documented(t *testing.T) (lines []string) {
	mine := regexp.MustCompile(`^(go run \./cmd/)?rouse (dma|fix|help|completion)\b|^go vet -vettool`)
	add := func(text string) {
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, "  #")
			if line = strings.TrimSpace(line); mine.MatchString(line) && !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	for _, command := range commands {
		add(command().Example)
	}
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(names) == 0 {
		t.Skip("the docs are not here")
	}
	for _, name := range append(names, "../../README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
			add(block[1])
		}
	}
	return lines
}

// Every command line that is documented runs, as it stands, in a module that has a README and a clean package.
func TestDocumentedCommands(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no sh")
	}
	lines := documented(t)
	if len(lines) < 8 {
		t.Fatalf("only %q", lines)
	}
	bin := build(t)
	for _, line := range lines {
		dir := t.TempDir()
		for name, content := range map[string]string{
			"go.mod":    "module example.com/m\n\ngo 1.26\n",
			"p.go":      "package p\n\nimport \"sync\"\n\nvar c sync.Cond\n",
			"README.md": "# Read me\n",
			"NEWS.md":   "None.\n",
			"big.iso":   strings.Repeat("big", 1<<16),
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(sh, "-c", strings.Replace(line, "go run ./cmd/rouse", "rouse", 1))
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod",
			"PATH="+filepath.Dir(bin)+string(filepath.ListSeparator)+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil && strings.Contains(line, "-direct on") && strings.Contains(string(out), "O_DIRECT") {
			continue // this file system has none, and that was said
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
}
