//go:build !explore

package lot

import "time"

func fair(f *fairness) bool { return f.due(time.Now()) }
