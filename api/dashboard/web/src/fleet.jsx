import {useEffect, useRef, useState} from 'preact/hooks'
import {getQueues, turnLane} from './api.js'
import {step} from './history.js'
import {Problem, since, Time} from './parts.jsx'

// Fleet shows operators what waits in each lane and what each worker runs, of
// all tenants, and lets them pause lanes. Nobody else is shown that there is
// such a thing.
export function Fleet() {
  const [queues, setQueues] = useState(null)
  const [error, setError] = useState(null)
  const asked = useRef(0)

  // read tells whether there is anything to be seen for who asks.
  const read = async () => {
    const turn = ++asked.current
    const last = () => turn === asked.current // nobody has left, or turned a lane meanwhile
    try {
      const q = await getQueues()
      if (last()) {
        setQueues(q)
        setError(null)
      }
    } catch (err) {
      if ([401, 403, 404].includes(err.status)) return false
      if (last()) setError(err)
    }
    return true
  }
  useEffect(() => {
    let on = true
    let timer = null
    const watch = async () => {
      if ((document.hidden || await read()) && on) timer = setTimeout(watch, step * 1000)
    }
    watch()
    return () => { on = false; asked.current++; clearTimeout(timer) }
  }, [])

  const turn = async ({lane, paused}) => {
    try {
      await turnLane(lane, !paused)
      await read()
    } catch (err) {
      setError(err)
    }
  }
  if (!queues) return <Problem error={error} />
  return (
    <>
      <h2 class="part">The whole service <span class="hint">of all tenants, for operators</span></h2>
      <Problem error={error} />
      <Lanes lanes={queues.lanes} running={queues.running} onTurn={turn} />
      <Workers workers={queues.workers} />
    </>
  )
}

const Lanes = ({lanes, running, onTurn}) => (
  <section class="card">
    <h3>Lanes</h3>
    <div class="scroll" tabIndex={0} role="region" aria-label="Lanes">
      <table>
        <thead><tr><th>Lane</th><th class="number">Waiting</th><th class="number">Oldest</th><th>State</th><th>Do</th></tr></thead>
        <tbody>
          {lanes.map((l) => (
            <tr key={l.lane}>
              <th scope="row">{l.lane}</th>
              <td class="number">{l.depth.toLocaleString()}</td>
              <td class="number">{l.oldestSeconds > 0 ? since(l.oldestSeconds) : '–'}</td>
              <td><span class={`status ${l.paused ? 'paused' : 'open'}`}>{l.paused ? 'Paused' : 'Open'}</span></td>
              <td class="actions">{l.lane !== 'again' && <Turn lane={l} onTurn={onTurn} />}</td>
            </tr>
          ))}
        </tbody>
        <tfoot><tr><th scope="row">Running</th><td class="number">{running.toLocaleString()}</td><td /><td /><td /></tr></tfoot>
      </table>
    </div>
  </section>
)

// Turn pauses a lane or opens it again. What was delivered before has a lane
// that is always open.
function Turn({lane, onTurn}) {
  const does = lane.paused ? 'Resume' : 'Pause'
  return <button aria-label={`${does} ${lane.lane}`} onClick={() => onTurn(lane)}>{does}</button>
}

const Workers = ({workers}) => (
  <section class="card">
    <h3>Workers</h3>
    {workers.length === 0 && <p class="problem">No worker is alive: jobs wait.</p>}
    {workers.length > 0 && (
      <div class="scroll" tabIndex={0} role="region" aria-label="Workers">
        <table>
          <thead><tr><th>Worker</th><th>Up since</th><th class="number">Runs</th><th>Serves</th><th>Longest runs</th></tr></thead>
          <tbody>
            {workers.map((w) => (
              <tr key={`${w.host}/${w.pid}/${w.started}`}>
                <th scope="row">{w.host}/{w.pid}</th>
                <td><Time at={w.started} /></td>
                <td class="number">{w.running} of {w.concurrency}</td>
                <td>{w.types.join(', ')}</td>
                <td>
                  <ul class="matches">
                    {w.runs?.map((r) => (
                      <li key={r.id}>{r.type} <code class="id">{r.id}</code> <span class="hint">{since((Date.now() - Date.parse(r.started)) / 1000)}{r.progress > 0 && `, ${r.progress} %`}</span></li>
                    ))}
                  </ul>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </section>
)
