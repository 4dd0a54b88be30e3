// segments cuts a text at the borders of its matches and their evidence. Offsets
// count UTF-16 code units, as strings of JavaScript do. Each segment says which
// matches cover it, for which it is evidence, and which begin with it.
export function segments(text, matches) {
  const borders = new Set([0, text.length])
  const spans = []
  matches.forEach((match, index) => {
    spans.push({index, kind: 'covers', ...match})
    for (const e of match.evidences ?? []) spans.push({index, kind: 'supports', ...e})
  })
  for (const {offset, length} of spans) borders.add(offset).add(offset + length)
  const cuts = [...borders].filter((n) => n <= text.length).sort((a, b) => a - b)
  const at = new Map(cuts.map((offset, i) => [offset, i]))
  const out = cuts.slice(0, -1).map((offset, i) => ({
    text: text.slice(offset, cuts[i + 1]), covers: [], supports: [], begins: [],
  }))
  for (const {index, kind, offset, length} of spans) {
    for (let i = at.get(offset); i < at.get(offset + length); i++) out[i][kind].push(index)
    if (kind === 'covers') out[at.get(offset)]?.begins.push(index)
  }
  return out
}

// flatten lists the matches of a result with the type of each, in the order of
// the text.
export const flatten = (result) =>
  (result?.classification ?? [])
    .flatMap((type) => (type.matches ?? []).map((match) => ({...match, type: type.displayName, typeId: type.id})))
    .sort((a, b) => a.offset - b.offset || b.length - a.length)

// fits reports whether matches are of this very text. The service keeps none to
// compare with, and of a file it reads what is in it, which may differ.
export const fits = (text, matches) =>
  matches.every((m) => text.slice(m.offset, m.offset + m.length) === m.idMatch)
