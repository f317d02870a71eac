package check

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
)

// The sizes of a drawing, in pixels.
const (
	laneWide = 300
	rowHigh  = 24
	margin   = 50
	top      = 96
)

// Draw draws an interleaving as SVG: a column for each thread, time running down, a box for each
// step in its thread's column, and a dashed line where a thread sleeps in the end.
func Draw(w io.Writer, title string, f *Failure) error {
	var threads []string
	for _, s := range f.Steps {
		if !slices.Contains(threads, s.Thread) {
			threads = append(threads, s.Thread)
		}
	}
	wide := 2*margin + laneWide*max(2, len(threads))
	high := top + rowHigh*(len(f.Steps)+2)
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	text := func(x, y int, class, s string) {
		p(`<text x="%d" y="%d" class="%s">%s</text>`, x, y, class, html.EscapeString(s))
	}

	p(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`, wide, high, wide, high)
	p(`<title>%s</title>`, html.EscapeString(title+": "+f.Kind))
	p(`<style>
  svg { background: #fff; color: #222; font: 12px ui-monospace, Menlo, Consolas, monospace; }
  text { fill: currentColor; }
  .title { font-weight: bold; font-size: 14px; }
  .kind { fill: #b3261e; }
  .thread { font-weight: bold; text-anchor: middle; }
  .n, .at { fill: #777; font-size: 10px; }
  .lane { stroke: #bbb; }
  .asleep { stroke: #b3261e; stroke-width: 2; stroke-dasharray: 4 4; }
  .turn { stroke: #bbb; stroke-dasharray: 2 3; fill: none; }
  rect { fill: #eef3fb; stroke: #7a9ccf; }
  rect.changes { fill: #d6e4fa; stroke: #2f67b1; }
  rect.sleeps { fill: #fbe3e1; stroke: #b3261e; }
  @media (prefers-color-scheme: dark) {
    svg { background: #16181d; color: #ddd; }
    .kind { fill: #ff8a80; }
    .lane, .turn { stroke: #555; }
    rect { fill: #1d2736; stroke: #4a6a99; }
    rect.changes { fill: #24406b; stroke: #7fb0f5; }
    rect.sleeps { fill: #45201d; stroke: #ff8a80; }
  }
</style>`)
	text(margin, 26, "title", title)
	text(margin, 46, "kind", short(f.Kind+": "+f.What, wide/8))

	x := func(thread string) int { return margin + laneWide*slices.Index(threads, thread) + laneWide/2 }
	y := func(i int) int { return top + rowHigh*i }
	asleepFrom := map[string]int{}
	for i, s := range f.Steps {
		if !s.Asleep {
			asleepFrom[s.Thread] = i + 1 // after its last step
		}
	}
	for _, t := range threads {
		text(x(t), top-22, "thread", t)
		p(`<line class="lane" x1="%d" y1="%d" x2="%d" y2="%d"/>`, x(t), top-14, x(t), y(len(f.Steps))+rowHigh/2)
	}
	for i, s := range f.Steps {
		if s.Asleep {
			p(`<line class="asleep" x1="%d" y1="%d" x2="%d" y2="%d"/>`, x(s.Thread), y(asleepFrom[s.Thread]), x(s.Thread), y(i))
		}
		if i > 0 && f.Steps[i-1].Thread != s.Thread && !s.Asleep {
			before := f.Steps[i-1].Thread
			p(`<path class="turn" d="M%d %d L%d %d"/>`, x(before), y(i)-2, x(s.Thread), y(i)+1)
		}
	}
	for i, s := range f.Steps {
		class, label := "", s.Op+" "+last(s.Object)
		switch {
		case s.Asleep:
			class, label = "sleeps", "sleeps: "+s.Op+" "+last(s.Object)
		case s.Before != s.After && s.After != "failed":
			class = "changes"
			label += " → " + s.After
		case s.After != "":
			label += "  " + s.After
		}
		p(`<g><title>%s</title>`, html.EscapeString(fmt.Sprintf("step %d: %s, %s %s, %s → %s, at %s", i+1, s.Thread, s.Op, s.Object, s.Before, s.After, s.At)))
		p(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="4"/>`, class, x(s.Thread)-laneWide/2+6, y(i)+1, laneWide-12, rowHigh-4)
		text(x(s.Thread)-laneWide/2+12, y(i)+15, "", short(label, 38))
		p(`</g>`)
		if !s.Asleep {
			text(14, y(i)+15, "n", fmt.Sprint(i+1))
		}
	}
	p(`</svg>`)
	_, err := io.WriteString(w, b.String())
	return err
}

// last is the end of a name like q.notEmpty.queue.word: two parts of it.
func last(name string) string {
	parts := strings.Split(name, ".")
	return strings.Join(parts[max(0, len(parts)-2):], ".")
}

// short cuts s to n letters.
func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
