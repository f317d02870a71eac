package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rouse-go/rouse/cmd/internal/dma"
)

// The shape that scripts may rely on: one object a line, these keys, and
// numbers that agree with the file.
func TestJSONShape(t *testing.T) {
	hello, empty := tempFile(t, "hello\n"), tempFile(t, "")
	stdout, stderr, code := rouse("dma", "-json", hello, empty)
	if code != 0 || stderr != "" {
		t.Fatalf("code %d, stderr %q", code, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want one a file:\n%s", len(lines), stdout)
	}
	for i, content := range []string{"hello\n", ""} {
		var got map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		keys := []string{
			"block", "bytes", "bytes_per_second", "completions", "depth", "direct", "direct_reason",
			"engine", "engine_reason", "file", "seconds", "sha256", "verified", "wake_latency_ns", "wakes",
		}
		if k := slices.Sorted(maps.Keys(got)); !slices.Equal(k, keys) {
			t.Errorf("keys %q, want %q", k, keys)
		}
		latency, _ := got["wake_latency_ns"].(map[string]any)
		if k := slices.Sorted(maps.Keys(latency)); !slices.Equal(k, []string{"max", "p50", "p99"}) {
			t.Errorf("keys of wake_latency_ns: %q", k)
		}
		sum := sha256.Sum256([]byte(content))
		if got["sha256"] != hex.EncodeToString(sum[:]) || got["verified"] != true ||
			got["bytes"] != float64(len(content)) || got["wakes"] != got["completions"] {
			t.Errorf("%s is not the report of %q", lines[i], content)
		}
	}
}

// A file that cannot be read keeps no other from being read.
func TestOtherFilesAreRead(t *testing.T) {
	good := tempFile(t, "hello\n")
	stdout, stderr, code := rouse("dma", good, filepath.Join(t.TempDir(), "missing"), good)
	if code != 1 || strings.Count(stderr, "\n") != 1 || strings.Count(stdout, good+"\n") != 2 {
		t.Fatalf("code %d, stderr %q, stdout:\n%s", code, stderr, stdout)
	}
}

// What people see: which engine and why, counts, sum.
func TestTextSaysWhatRanAndWhy(t *testing.T) {
	stdout, _, code := rouse("dma", "-engine", "threads", "-direct", "off", tempFile(t, "hello\n"))
	for _, want := range []string{
		"6 bytes in ", "threads (asked for), 32 deep, blocks of 262144 bytes", "buffered (asked for)",
		"p50 ", "completions  1, wakes 1", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03, an ordinary read's too",
	} {
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("code %d, no %q in:\n%s", code, want, stdout)
		}
	}
}

// Sizes are read as they are written.
func TestByteSizes(t *testing.T) {
	for text, want := range map[string]int{
		"1": 1, "511": 511, "4096": 4096, "64K": 65536, "64KiB": 65536, "1M": 1 << 20, "1MiB": 1 << 20, "1G": 1 << 30,
	} {
		var b byteSize
		if err := b.Set(text); err != nil || int(b) != want {
			t.Errorf("%s is %d (%v), want %d", text, b, err, want)
		}
		var again byteSize
		if err := again.Set(b.String()); err != nil || again != b {
			t.Errorf("%s is written %s, which is %d (%v)", text, b.String(), again, err)
		}
	}
	for _, text := range []string{"", "K", "1KB", "1T", "2G", "1.5M", "1 K", "99999999999999999999", "-5G"} {
		var b byteSize
		if err := b.Set(text); err == nil {
			t.Errorf("%q was taken as %d", text, b)
		}
	}
}

// Files read at the same time are told of in the order of the command line, one that cannot be read in its place.
func TestSeveralFilesAtOnce(t *testing.T) {
	var args, want []string
	for i := range 9 {
		name := tempFile(t, strings.Repeat("x", 100_000*(9-i)))
		args, want = append(args, name), append(want, name)
	}
	args[4] = filepath.Join(t.TempDir(), "missing")
	want = slices.Delete(want, 4, 5)
	stdout, stderr, code := rouse(append([]string{"dma", "-json", "-files", "3", "-block", "4K", "-depth", "2"}, args...)...)
	if code != 1 || !strings.HasPrefix(stderr, "rouse dma: open "+args[4]) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
	var got []string
	for line := range strings.Lines(stdout) {
		var r struct{ File string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, r.File)
	}
	if !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	for _, n := range []string{"0", "-1", "65"} {
		if _, stderr, code := rouse("dma", "-files="+n, want[0]); code != 1 || !strings.Contains(stderr, "files at the same time are not in 1..64") {
			t.Errorf("-files=%s: code %d, %q", n, code, stderr)
		}
	}
}

// The list tells of every engine that -engine takes, in text and in JSON; both words for it do.
func TestEngineList(t *testing.T) {
	text, _, code := rouse("dma", "-engine", "list")
	again, _, _ := rouse("dma", "-engine=help")
	asJSON, _, _ := rouse("dma", "-engine", "list", "-json")
	if code != 0 || text != again || strings.Count(text, "\n") != len(dma.Engines) {
		t.Fatalf("code %d:\n%s%s", code, text, again)
	}
	for i, line := range strings.Split(strings.TrimSpace(asJSON), "\n") {
		var e dma.EngineInfo
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Name != dma.Engines[i] || e.Here != (e.Reason == "") || e.About == "" {
			t.Errorf("%+v", e)
		}
		if _, _, code := rouse("dma", "-engine", e.Name, tempFile(t, "hello\n")); (code == 0) != e.Here {
			t.Errorf("%s: here is %v, but reading ends with %d", e.Name, e.Here, code)
		}
	}
}
