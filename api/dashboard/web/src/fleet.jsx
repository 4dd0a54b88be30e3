import {useEffect, useState} from 'preact/hooks'
import {getQueues} from './api.js'
import {step} from './history.js'
import {Problem, since, Time} from './parts.jsx'

// Fleet shows operators what waits in each lane and what each worker runs, of
// all tenants. Nobody else is shown that there is such a thing.
export function Fleet() {
  const [queues, setQueues] = useState(null)
  const [error, setError] = useState(null)
  useEffect(() => {
    let on = true
    let timer = null
    const read = async () => {
      try {
        const q = document.hidden ? null : await getQueues()
        if (!on) return
        if (q) setQueues(q)
        setError(null)
      } catch (err) {
        if (!on || [401, 403, 404].includes(err.status)) return
        setError(err)
      }
      timer = setTimeout(read, step * 1000)
    }
    read()
    return () => { on = false; clearTimeout(timer) }
  }, [])
  if (!queues) return <Problem error={error} />
  return (
    <>
      <h2 class="part">The whole service <span class="hint">of all tenants, for operators</span></h2>
      <Problem error={error} />
      <Lanes lanes={queues.lanes} running={queues.running} />
      <Workers workers={queues.workers} />
    </>
  )
}

const Lanes = ({lanes, running}) => (
  <section class="card">
    <h3>Lanes</h3>
    <div class="scroll" tabIndex={0} role="region" aria-label="Lanes">
      <table>
        <thead><tr><th>Lane</th><th class="number">Waiting</th><th class="number">Oldest</th><th>State</th></tr></thead>
        <tbody>
          {lanes.map((l) => (
            <tr key={l.lane}>
              <th scope="row">{l.lane}</th>
              <td class="number">{l.depth.toLocaleString()}</td>
              <td class="number">{l.oldestSeconds > 0 ? since(l.oldestSeconds) : '–'}</td>
              <td><span class={`status ${l.paused ? 'paused' : 'open'}`}>{l.paused ? 'Paused' : 'Open'}</span></td>
            </tr>
          ))}
        </tbody>
        <tfoot><tr><th scope="row">Running</th><td class="number">{running.toLocaleString()}</td><td /><td /></tr></tfoot>
      </table>
    </div>
  </section>
)

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
