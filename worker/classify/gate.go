package classify

// Most bytes of a text begin nothing. Three bytes say where that is so at once:
// the one before, the one at hand and the one behind, each a gate.

// A gate has for each kind of event a bit in three places: whether its byte may
// stand right before such an event, be the first byte of it, or the second.
// Three bytes that have no kind in common in these places are no event.
type gate uint64

// kinds is how many kinds of events there are at most.
const kinds = 64 / 3

// gates are the gates of all bytes.
type gates [256]gate

// add says that first, where it stands between a byte of before and one of
// behind, is an event of a kind.
func (g *gates) add(kind int, before func(byte) bool, first byte, behind func(byte) bool) {
	g[first] |= 1 << (kinds + kind)
	for c := range g {
		if before(byte(c)) {
			g[c] |= 1 << kind
		}
		if behind(byte(c)) {
			g[c] |= 1 << (2*kinds + kind)
		}
	}
}

// next returns the first place from i on that may be an event, or end. The last
// byte of s is always one that may. The text's edge is as good as a space.
func (g *gates) next(s string, i, end int) int {
	last := min(end, len(s)-1)
	if i >= last {
		return i
	}
	before, here := g[byteBefore(s, i)], g[s[i]]
	for i < last {
		behind := g[s[i+1]]
		if before&(here>>kinds)&(behind>>(2*kinds)) != 0 {
			return i
		}
		before, here = here, behind
		i++
	}
	return i
}

// byteBefore returns the byte before s[i], or a space where the text begins.
func byteBefore(s string, i int) byte {
	if i == 0 {
		return ' '
	}
	return s[i-1]
}

func all(byte) bool { return true }

func in(set *[256]bool) func(byte) bool { return func(b byte) bool { return set[b] } }

func isSmall(c byte) bool { return c >= 'a' && c <= 'z' }
