package classify

import "context"

// Scanner returns a function that scans for all types with one scanner's
// buffers, and tells the work of each scan as the engine counts it.
func (e *Engine) Scanner() func(text string) (*Result, int) {
	sc := newScanner(e)
	return func(text string) (*Result, int) {
		copy(sc.look, e.everyone)
		copy(sc.report, e.everyone)
		sc.begin(context.Background(), text, Options{})
		sc.scan()
		res, steps := sc.result(), sc.steps
		sc.forget()
		return res, steps
	}
}

// Checks returns how many rules look at a candidate in text.
func (e *Engine) Checks(text string) int {
	sc := newScanner(e)
	copy(sc.look, e.everyone)
	sc.begin(context.Background(), text, Options{})
	sc.scan()
	return sc.checks
}

// SetWindow makes the windows of s so large, without their margins.
func (s *Stream) SetWindow(size int) { s.size = size }
