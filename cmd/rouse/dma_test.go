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
