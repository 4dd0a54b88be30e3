import {useEffect, useRef, useState} from 'preact/hooks'
import {cancelJob, deleteJob, ended, listJobs} from './api.js'
import {Problem, states, Status, Sure, Time, took} from './parts.jsx'
import {listen} from './stream.js'
import {recall} from './submitted.js'

const top = 25

const periods = [['', 'Any time'], ['1', 'Last hour'], ['24', 'Last 24 hours']]

// filterOf is the $filter that the fields of the form make.
function filterOf({status, type, hours}) {
  const quoted = (s) => `'${s.replaceAll("'", "''")}'`
  return [
    status && `status eq ${quoted(status)}`,
    type && `type eq ${quoted(type)}`,
    hours && `creationDateTime ge ${new Date(Date.now() - hours * 3_600_000).toISOString()}`,
  ].filter(Boolean).join(' and ')
}

// Jobs lists the caller's jobs, newest first, and keeps the list as they are.
// What it shows stands in the page's address, so that it can be kept and shared.
export function Jobs({query}) {
  const fields = {status: query.get('status') ?? '', type: query.get('type') ?? '', hours: query.get('hours') ?? ''}
  const wanted = JSON.stringify(fields)
  const [trail, setTrail] = useState(['']) // of pages: what asked for each
  const [page, setPage] = useState(null)
  const [error, setError] = useState(null)
  const asked = useRef(0)
  const next = trail.at(-1)

  const read = async () => {
    const turn = ++asked.current
    try {
      const p = await listJobs({filter: filterOf(fields), top, count: true, next})
      if (turn !== asked.current) return // the user has gone on
      setPage(p)
      setError(null)
    } catch (err) {
      if (turn === asked.current) setError(err)
    }
  }

  useEffect(() => setTrail(['']), [wanted])
  useEffect(() => {
    read()
    // A busy service must not make the list ask more than once a second.
    let due = null
    const soon = () => { due ??= setTimeout(() => { due = null; read() }, 1000) }
    const off = listen((event, job) => {
      if (event === 'message') {
        setPage((p) => p && {...p, jobs: p.jobs.map((j) => (j.id === job.id ? job : j))})
      }
      soon()
    })
    return () => { asked.current++; off(); clearTimeout(due) }
  }, [wanted, next])

  const change = (name) => (e) => {
    const q = new URLSearchParams(Object.entries({...fields, [name]: e.target.value}).filter(([, v]) => v))
    location.hash = `jobs${q.size > 0 ? `?${q}` : ''}`
  }
  const act = (f) => async () => {
    try {
      await f()
      await read()
    } catch (err) {
      setError(err)
    }
  }

  return (
    <>
      <h1>Jobs</h1>
      <form class="row filters" onSubmit={(e) => e.preventDefault()}>
        <label>Status <select value={fields.status} onChange={change('status')}>
          <option value="">Any</option>
          {states.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
        </select></label>
        <label>Type <input value={fields.type} onChange={change('type')} placeholder="Any" list="job-types" spellcheck={false} /></label>
        <datalist id="job-types"><option value="classifyText" /><option value="classifyFile" /></datalist>
        <label>Created <select value={fields.hours} onChange={change('hours')}>
          {periods.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
        </select></label>
        {page?.count !== undefined && <output>{page.count.toLocaleString()} {page.count === 1 ? 'job' : 'jobs'}</output>}
      </form>
      <Problem error={error} />
      {page && page.jobs.length === 0 && <p class="nothing">There are no such jobs.</p>}
      {page && page.jobs.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Jobs">
          <table class="jobs">
            <thead>
              <tr><th>Status</th><th>Job</th><th>Type</th><th>Created</th><th class="number">Took</th><th class="number">Attempts</th><th>Do</th></tr>
            </thead>
            <tbody>
              {page.jobs.map((job) => (
                <tr key={job.id}>
                  <td><Status job={job} /></td>
                  <td><a href={`#jobs/${job.id}`}>{recall(job.id).name ?? <code>{job.id.slice(0, 8)}…{job.id.slice(-4)}</code>}</a></td>
                  <td>{job.type}</td>
                  <td><Time at={job.creationDateTime} /></td>
                  <td class="number">{took(job.creationDateTime, job.endDateTime)}</td>
                  <td class="number">{job.attempts}</td>
                  <td class="actions">
                    {!ended(job) && <button aria-label={`Cancel ${job.id}`} onClick={act(() => cancelJob(job.id))}>Cancel</button>}
                    <Sure ask="Really?" label={job.id} onSure={act(() => deleteJob(job.id))}>Delete</Sure>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <nav class="row paging" aria-label="Pages">
        <button disabled={trail.length === 1} onClick={() => setTrail(trail.slice(0, -1))}>Newer</button>
        <span class="hint">Page {trail.length}</span>
        <button disabled={!page?.next} onClick={() => setTrail([...trail, page.next])}>Older</button>
      </nav>
    </>
  )
}
