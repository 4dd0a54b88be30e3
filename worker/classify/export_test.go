package classify

import "context"

// Steps returns the work of a scan for all types, as the engine counts it.
func (e *Engine) Steps(text string) int {
	sc := newScanner(e)
	copy(sc.look, e.everyone)
	copy(sc.report, e.everyone)
	sc.begin(context.Background(), text, Options{})
	sc.scan()
	return sc.steps
}
