package bench

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The colours of a chart are names: in the SVG each becomes a variable of the page, which has
// a value for light and another for dark.
var (
	ink    = color.RGBA{1, 1, 1, 255}
	faint  = color.RGBA{2, 2, 2, 255}
	theirs = color.RGBA{3, 3, 3, 255}
	our    = color.RGBA{4, 4, 4, 255}
	lines  = []color.Color{
		color.RGBA{5, 5, 5, 255}, color.RGBA{6, 6, 6, 255}, color.RGBA{7, 7, 7, 255}, color.RGBA{8, 8, 8, 255},
		color.RGBA{9, 9, 9, 255}, color.RGBA{10, 10, 10, 255}, color.RGBA{11, 11, 11, 255},
	}
	variables = strings.NewReplacer(
		"#010101", "var(--ink)", "#020202", "var(--faint)", "#030303", "var(--theirs)", "#040404", "var(--ours)",
		"#050505", "var(--line0)", "#060606", "var(--line1)", "#070707", "var(--line2)", "#080808", "var(--line3)",
		"#090909", "var(--line4)", "#0A0A0A", "var(--line5)", "#0B0B0B", "var(--line6)",
		`xmlns="http://www.w3.org/2000/svg"`, "", `xmlns:xlink="http://www.w3.org/1999/xlink"`, "", // a page's own SVG needs none
	)
	dashes = [][]vg.Length{nil, {vg.Points(6), vg.Points(3)}, {vg.Points(2), vg.Points(2)}}
)

func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Color, a.Label.TextStyle.Color = ink, ink
		a.Tick.Color, a.Tick.Label.Color = ink, ink
		for _, f := range []*font.Font{&a.Tick.Label.Font, &a.Label.TextStyle.Font} {
			f.Variant, f.Size = "Sans", vg.Points(10)
		}
	}
	p.Legend.TextStyle.Color = ink
	p.Legend.TextStyle.Font.Variant = "Sans"
	p.Legend.TextStyle.Font.Size = vg.Points(10)
	return p
}

// margin is room for half of the last label on the axis.
const margin = vg.Length(20)

// svg draws p for a page, with some room to the right of it: more than the margin is for the legend.
func svg(p *plot.Plot, w, h, right vg.Length, label string) (template.HTML, error) {
	c := vgsvg.New(w, h)
	legend := p.Legend
	p.Legend = plot.NewLegend()
	p.Draw(draw.Crop(draw.New(c), 0, -right, 0, -vg.Points(4)))
	if right > margin { // where it hides no line
		legend.Draw(draw.Crop(draw.New(c), w-right+margin, 0, 0, 0))
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return "", err
	}
	s := b.String()
	s = variables.Replace(s[max(0, strings.Index(s, "<svg")):])
	s = strings.Replace(s, "<svg ", `<svg role="img" aria-label="`+template.HTMLEscapeString(label)+`" `, 1)
	return template.HTML(s), nil
}

// span is a median with its range, on a row of a chart.
type span struct{ mid, lo, hi, y float64 }

type spans []span

func (s spans) Len() int                      { return len(s) }
func (s spans) XY(i int) (x, y float64)       { return s[i].mid, s[i].y }
func (s spans) XError(i int) (lo, hi float64) { return s[i].mid - s[i].lo, s[i].hi - s[i].mid }

// ratioChart draws the ratios of a scenario on a logarithmic scale: half the time is as far from 1 as twice.
func (s *Result) ratioChart() (template.HTML, error) {
	var all [2]spans // theirs, ours
	var names []string
	lowest, highest := 0.5, 2.0
	for i := len(s.Rows) - 1; i >= 0; i-- { // y grows upwards
		r := &s.Rows[i]
		mid, lo, hi := median(r.Ratios)
		if math.IsNaN(mid) {
			continue
		}
		side := 0
		if r.Ours {
			side = 1
		}
		all[side] = append(all[side], span{mid, lo, hi, float64(len(names))})
		names = append(names, r.Way)
		lowest, highest = min(lowest, lo), max(highest, hi)
	}
	if len(names) == 0 {
		return "", nil
	}
	p := newPlot()
	p.NominalY(names...)
	p.Y.Color = color.Transparent
	p.Y.Padding = vg.Points(12) // a page has another font, with wider letters perhaps
	p.Y.Min, p.Y.Max = -0.6, float64(len(names))-0.4
	p.X.Scale = plot.LogScale{}
	p.X.Min, p.X.Max = lowest/1.1, highest*1.1
	p.X.Tick.Marker = plot.TickerFunc(logTicks)
	p.X.Label.Text = "ratio to " + s.Rows[0].Way

	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = faint, faint
	grid.Vertical.Width = vg.Points(0.5)
	grid.Horizontal.Width = vg.Points(0.5)
	one, err := plotter.NewLine(plotter.XYs{{X: 1, Y: p.Y.Min}, {X: 1, Y: p.Y.Max}})
	if err != nil {
		return "", err
	}
	one.Color, one.Width = ink, vg.Points(1)
	p.Add(grid, one)
	for side, points := range all {
		if len(points) == 0 {
			continue
		}
		bars, err := plotter.NewXErrorBars(points)
		if err != nil {
			return "", err
		}
		dots, err := plotter.NewScatter(points)
		if err != nil {
			return "", err
		}
		c := []color.Color{theirs, our}[side]
		bars.Color, bars.Width = c, vg.Points(1.5)
		dots.Color, dots.Radius, dots.Shape = c, vg.Points(4), draw.CircleGlyph{}
		p.Add(bars, dots)
	}
	return svg(p, 6*vg.Inch, vg.Points(49+17*float64(len(names))), margin, s.Name+": "+p.X.Label.Text)
}

// latencyChart draws the distributions of a scenario, the rare cases stretched out.
func (s *Result) latencyChart() (template.HTML, error) {
	if !s.latency() {
		return "", nil
	}
	p := newPlot()
	lowest, highest, rarest := math.Inf(1), 0.0, 100.0
	n := 0
	for i := range s.Rows {
		r := &s.Rows[i]
		var points plotter.XYs
		for _, l := range r.Latency {
			if l.Percent >= 100 || l.NS <= 0 {
				continue // one in infinitely many
			}
			points = append(points, plotter.XY{X: 100 / (100 - l.Percent), Y: float64(l.NS)})
		}
		if len(points) < 2 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return "", err
		}
		line.Color = lines[n%len(lines)]
		line.Dashes = dashes[n/len(lines)%len(dashes)]
		line.Width = vg.Points(1.2)
		if r.Ours {
			line.Width = vg.Points(2.4)
		}
		p.Add(line)
		p.Legend.Add(mark(r)+r.Way, line)
		lowest, highest = min(lowest, points[0].Y), max(highest, points[len(points)-1].Y)
		rarest = max(rarest, points[len(points)-1].X)
		n++
	}
	if n == 0 {
		return "", nil
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = faint, faint
	grid.Vertical.Width, grid.Horizontal.Width = vg.Points(0.5), vg.Points(0.5)
	p.Add(grid)
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Min, p.X.Max = 1, rarest*1.05
	p.Y.Min, p.Y.Max = lowest/1.3, highest*1.3
	p.X.Tick.Marker = plot.TickerFunc(percentTicks)
	p.Y.Tick.Marker = plot.TickerFunc(timeTicks)
	p.X.Label.Text = "percentile"
	p.Legend.Top, p.Legend.Left = true, true
	return svg(p, 11*vg.Inch, 5*vg.Inch, 2*vg.Inch, s.Name+": distribution of latencies")
}

// logTicks are 1, 2 and 5 in each decade, or where there are many, 1 only.
func logTicks(lo, hi float64) (ticks []plot.Tick) {
	steps := []float64{1, 2, 5}
	if hi/lo > 1000 {
		steps = steps[:1]
	}
	for d := math.Floor(math.Log10(lo)); d <= math.Log10(hi); d++ {
		for _, s := range steps {
			if v := s * math.Pow(10, d); v >= lo && v <= hi {
				ticks = append(ticks, plot.Tick{Value: v, Label: strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.6f", v), "0"), ".")})
			}
		}
	}
	return ticks
}

func percentTicks(lo, hi float64) (ticks []plot.Tick) {
	for _, t := range []plot.Tick{
		{Value: 1, Label: "0"}, {Value: 2, Label: "50"}, {Value: 10, Label: "90"}, {Value: 100, Label: "99"}, {Value: 1e3, Label: "99.9"},
		{Value: 1e4, Label: "99.99"}, {Value: 1e5, Label: "99.999"}, {Value: 1e6, Label: "99.9999"},
	} {
		if t.Value >= lo && t.Value <= hi {
			ticks = append(ticks, t)
		}
	}
	return ticks
}

func timeTicks(lo, hi float64) (ticks []plot.Tick) {
	for i, label := range []string{"1 ns", "10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s"} {
		if v := math.Pow(10, float64(i)); v >= lo && v <= hi {
			ticks = append(ticks, plot.Tick{Value: v, Label: label})
		}
	}
	return ticks
}
