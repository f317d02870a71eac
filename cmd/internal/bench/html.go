package bench

import (
	_ "embed"
	"html/template"
	"io"
)

//go:embed page.html
var page string

var pageTemplate = template.Must(template.New("page").Parse(page))

// WriteHTML writes r as a page that needs nothing but itself: tables, and charts drawn as SVG.
func (r *Report) WriteHTML(w io.Writer) error {
	type row struct {
		cells
		Ours, First bool
	}
	type section struct {
		*Result
		Third           string
		Table           []row
		Ratios, Latency template.HTML
	}
	data := struct {
		Lines    []string
		Spread   string
		Sections []section
	}{Lines: r.lines(), Spread: spreadIs(r.Complete())}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		if !s.measured() {
			continue
		}
		sec := section{Result: s, Third: s.third()}
		for j := range s.Rows {
			sec.Table = append(sec.Table, row{s.cells(&s.Rows[j]), s.Rows[j].Ours, j == 0})
		}
		var err error
		if sec.Ratios, err = s.ratioChart(); err != nil {
			return err
		}
		if sec.Latency, err = s.latencyChart(); err != nil {
			return err
		}
		data.Sections = append(data.Sections, sec)
	}
	return pageTemplate.Execute(w, data)
}
