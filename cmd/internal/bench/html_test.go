package bench

import (
	"bytes"
	"context"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The page needs nothing but itself, shows every scenario with its charts, and escapes what it is given.
func TestPageIsSelfContained(t *testing.T) {
	var b strings.Builder
	if err := example().WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"://", "src=", "<link", "<script", "@import", "url(", "bad <b>", "#0101", "#0404", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("there is %q in the page", bad)
		}
	}
	for _, href := range regexp.MustCompile(`href="[^"]*"`).FindAllString(page, -1) {
		if !strings.HasPrefix(href, `href="#`) {
			t.Errorf("a link out of the page: %s", href)
		}
	}
	for want, n := range map[string]int{
		"<section id=": 3, "<svg ": 4, "</svg>": 4, `role="img" aria-label="loss: ratio to chan"`: 1, `aria-label="late: distribution of latencies"`: 1,
		"prefers-color-scheme: dark": 1, `<td>2,500</td><td>1,000-4,000</td>`: 1, `class="ours"`: 3, "bad &lt;b&gt;: FAILED: wakes: 3, want 4": 1,
	} {
		if got := strings.Count(page, want); got != n {
			t.Errorf("%d times %q, want %d", got, want, n)
		}
	}
	// Win or loss, the dot is of one colour: 3 dots and the bars through them.
	if !strings.Contains(page, "var(--ours)") || !strings.Contains(page, "var(--theirs)") {
		t.Error("the charts do not have the page's colours")
	}
}

// Chromium draws the page, in light and in dark, without a network: the paper has the colour that was asked
// for, text stands out from it, and our dots are there.
func TestPageInChromium(t *testing.T) {
	chromium := ""
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "headless_shell"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
			break
		}
	}
	if chromium == "" {
		t.Skip("no Chromium here: that the page looks right in it was not checked")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "report.html")
	var b bytes.Buffer
	if err := example().WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		scheme, number     string
		paper, ink, accent [3]uint32
	}{
		{"light", "1", [3]uint32{0xff, 0xff, 0xff}, [3]uint32{0x1f, 0x23, 0x28}, [3]uint32{0x0b, 0x62, 0xc4}},
		{"dark", "0", [3]uint32{0x0d, 0x11, 0x17}, [3]uint32{0xe6, 0xed, 0xf3}, [3]uint32{0x6c, 0xb6, 0xff}},
	} {
		picture := filepath.Join(dir, c.scheme+".png")
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		cmd := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
			"--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir="+filepath.Join(dir, "profile"),
			"--force-color-profile=srgb", "--blink-settings=preferredColorScheme="+c.number,
			"--window-size=1250,1200", "--screenshot="+picture, "file://"+file)
		out, err := cmd.CombinedOutput()
		cancel()
		if err != nil {
			t.Skipf("Chromium does not run here: %v\n%s", err, out)
		}
		f, err := os.Open(picture)
		if err != nil {
			t.Fatalf("no screenshot: %v\n%s", err, out)
		}
		img, _, err := image.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		count := map[[3]uint32]int{}
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				r, g, b, _ := img.At(x, y).RGBA()
				count[[3]uint32{r >> 8, g >> 8, b >> 8}]++
			}
		}
		all := img.Bounds().Dx() * img.Bounds().Dy()
		if count[c.paper] < all*3/4 {
			t.Errorf("%s: %d of %d pixels are paper", c.scheme, count[c.paper], all)
		}
		if count[c.ink] < 500 || count[c.accent] < 100 {
			t.Errorf("%s: %d pixels of ink, %d of our colour", c.scheme, count[c.ink], count[c.accent])
		}
	}
}
