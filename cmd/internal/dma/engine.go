package dma

// engine carries out reads.
type engine interface {
	name() string

	// start begins a read and returns at once. The engine owns r until it has
	// called r.complete, which it does exactly once, whatever goes wrong. The
	// read may be short, as pread's, and is 0 at the end of the file.
	start(r *request)

	// close ends the engine's goroutines. No request may be in flight.
	close() error
}

// newEngine starts an engine of the kind asked for, and says why it is this one.
func newEngine(kind string, depth int) (e engine, reason string, err error) {
	if kind == "threads" {
		return newThreads(depth), "asked for", nil
	}
	e, err = newUring(depth)
	switch {
	case err == nil && kind == "auto":
		return e, "the kernel offers it", nil
	case err == nil:
		return e, "asked for", nil
	case kind == "auto":
		return newThreads(depth), "no io_uring: " + err.Error(), nil
	}
	return nil, "", err
}

// EngineInfo tells of an engine, and whether it can be had here. Its JSON is the output
// of -engine list -json.
type EngineInfo struct {
	Name   string `json:"name"`
	About  string `json:"about"`
	Here   bool   `json:"here"`
	Reason string `json:"reason,omitempty"` // why it is not
}

// ListEngines tries each of Engines.
func ListEngines() []EngineInfo {
	list := []EngineInfo{
		{Name: "auto", About: "uring where it can be had, or else threads", Here: true},
		{Name: "uring", About: "io_uring: completions come by eventfd"},
		{Name: "threads", About: "an ordinary read by a thread for each"},
	}
	for i := range list[1:] {
		l := &list[1:][i]
		e, _, err := newEngine(l.Name, 1)
		if err == nil {
			err = e.close()
		}
		if l.Here = err == nil; err != nil {
			l.Reason = err.Error()
		}
	}
	return list
}
