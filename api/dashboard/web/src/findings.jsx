import {useMemo, useState} from 'preact/hooks'
import {Confidence, level} from './parts.jsx'
import {fits, flatten, segments} from './segments.js'

// Findings shows a result: in the page's own copy of the text where there is
// one, and as a table. The service keeps no text.
export function Findings({result, text}) {
  const matches = useMemo(() => flatten(result), [result])
  if (!result) return null
  const ours = text !== undefined && fits(text, matches)
  return (
    <>
      {result.partial && <p class="problem">A limit or a damaged part cut the work short: there may be more.</p>}
      {matches.length === 0
        ? <p class="nothing">Nothing sensitive was found.</p>
        : <>
            {ours && <Highlighted text={text} matches={matches} />}
            <Table result={result} />
          </>}
      {ours && matches.length === 0 && <div class="text">{text}</div>}
    </>
  )
}

// Highlighted marks the matches in a text. What is hovered or focused shows its
// type, confidence and evidence.
function Highlighted({text, matches}) {
  const [shown, setShown] = useState(null) // {index, left, top}
  const parts = useMemo(() => segments(text, matches), [text, matches])

  const show = (covers) => (e) => {
    // In a text of several lines a match has several boxes.
    const box = e.currentTarget.getClientRects()[0]
    const width = Math.min(320, innerWidth - 16)
    setShown({covers, left: Math.max(8, Math.min(box.left, innerWidth - width - 8)), top: box.bottom + 6, width})
  }
  const hide = () => setShown(null)

  return (
    <div class="text" onKeyDown={(e) => e.key === 'Escape' && hide()} onScroll={hide}
      tabIndex={0} role="region" aria-label="The text with what was found">
      {parts.map(({text, covers, supports, begins}, i) => {
        const evidence = shown && supports.some((m) => shown.covers.includes(m)) ? ' evidence' : ''
        if (covers.length === 0) return evidence ? <span key={i} class={evidence}>{text}</span> : text
        const best = Math.max(...covers.map((m) => matches[m].confidence))
        const active = shown && covers.some((m) => shown.covers.includes(m)) ? ' active' : ''
        return (
          <mark key={i} class={`${level(best)}${evidence}${active}`} tabIndex={begins.length > 0 ? 0 : undefined}
            aria-describedby={active ? 'about-match' : undefined}
            onMouseEnter={show(covers)} onMouseLeave={hide} onFocus={show(covers)} onBlur={hide}>{text}</mark>
        )
      })}
      {shown && (
        <div id="about-match" role="tooltip" class="tip" style={{left: `${shown.left}px`, top: `${shown.top}px`, width: `${shown.width}px`}}>
          {shown.covers.map((index) => {
            const m = matches[index]
            return (
              <p key={index}>
                <strong>{m.type}</strong> <Confidence value={m.confidence} />
                <br />{m.evidences?.length > 0 ? <>Evidence: {[...new Set(m.evidences.map((e) => e.match))].join(', ')}</> : 'No evidence near it'}
              </p>
            )
          })}
        </div>
      )}
    </div>
  )
}

const shownMatches = 5

const Table = ({result}) => (
  <div class="scroll" tabIndex={0} role="region" aria-label="What was found">
    <table>
      <thead><tr><th>Sensitive type</th><th>Confidence</th><th class="number">Found</th><th>Matches</th></tr></thead>
      <tbody>
        {result.classification.map((type) => (
          <tr key={type.id}>
            <th scope="row">{type.displayName}</th>
            <td><Confidence value={type.confidence} /></td>
            <td class="number">{type.uniqueCount}</td>
            <td>
              <ul class="matches">
                {(type.matches ?? []).slice(0, shownMatches).map((m) => (
                  <li key={m.offset}><code>{m.idMatch}</code> <span class="hint">{where(m)}</span></li>
                ))}
              </ul>
              {type.matches?.length > shownMatches && <span class="hint">and {type.matches.length - shownMatches} more</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

// where is the place of a match: in a file as its format has places.
function where({offset, location}) {
  if (!location) return `at ${offset}`
  return Object.entries(location).map(([name, value]) => (name === 'path' ? value : `${name} ${value}`)).join(', ')
}
