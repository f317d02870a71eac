package bench

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"
)

// A Header says on which machine, and what was measured.
type Header struct {
	Date    time.Time `json:"date"`
	CPU     string    `json:"cpu"`
	CPUs    int       `json:"cpus"`
	OS      string    `json:"os"`
	Arch    string    `json:"arch"`
	Go      string    `json:"go"`
	Procs   []int     `json:"gomaxprocs"`
	Module  string    `json:"module"`
	Version string    `json:"version"`
}

func header(c Config) Header {
	h := Header{
		Date: time.Now().UTC().Truncate(time.Second),
		CPU:  strings.TrimSpace(cpuid.CPU.BrandName), CPUs: runtime.NumCPU(),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(),
		Procs:  c.CPUs,
		Module: "github.com/rouse-go/rouse", Version: "(unknown)",
	}
	if h.CPU == "" {
		h.CPU = "unknown " + h.Arch
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		h.Version = version(info)
	}
	return h
}

// version is that of the library, else that of the program with the commit it was built at, so far
// as they are known: go run knows neither.
func version(info *debug.BuildInfo) string {
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/rouse-go/rouse" && m.Replace == nil && m.Version != "" {
			v = m.Version
		}
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	if commit := set["vcs.revision"]; commit != "" && !strings.Contains(v, commit[:min(12, len(commit))]) {
		v += " commit " + commit[:min(12, len(commit))]
		if set["vcs.modified"] == "true" {
			v += " with changes"
		}
	}
	return v
}

// lines are the header for people.
func (r *Report) lines() []string {
	rounds := fmt.Sprintf("%d rounds, interleaved", r.Rounds)
	if r.Interrupted {
		rounds = fmt.Sprintf("interrupted: %d of %d rounds", r.Complete(), r.Rounds)
	}
	procs := strings.Trim(strings.ReplaceAll(fmt.Sprint(r.Procs), " ", ","), "[]")
	return []string{
		fmt.Sprintf("%s %s, %s", r.Module, r.Version, r.Date.Format("2006-01-02 15:04 MST")),
		fmt.Sprintf("%s, %d CPUs, %s/%s, %s, GOMAXPROCS=%s", r.CPU, r.CPUs, r.OS, r.Arch, r.Go, procs),
		rounds,
	}
}
