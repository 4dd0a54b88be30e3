import {useState} from 'preact/hooks'
import {cancelJob, deleteJob, ended, key} from './api.js'
import {Findings} from './findings.jsx'
import {Code, Problem, Status, Sure, Time, took} from './parts.jsx'
import {recall} from './submitted.js'
import {useJob} from './usejob.js'

// Job is one job: what became of it when, what was found or went wrong, and how
// to get the same without this page.
export function Job({id}) {
  const {job, error, gone} = useJob(id)
  const [failed, setFailed] = useState(null)
  const act = (f) => async () => {
    try {
      await f()
      setFailed(null)
    } catch (err) {
      setFailed(err)
    }
  }
  const {name, text} = recall(id)
  return (
    <>
      <p><a href="#jobs">All jobs</a></p>
      <div class="row">
        <h1>{name ?? 'Job'} <code class="id">{id}</code></h1>
        {gone ? <span class="status canceled">Deleted</span> : job && <Status job={job} />}
      </div>
      <Problem error={gone ? null : failed ?? error} />
      {gone && <p class="nothing">This job was deleted, and its result with it.</p>}
      {job && !gone && (
        <>
          <div class="row">
            {!ended(job) && <button onClick={act(() => cancelJob(id))}>Cancel</button>}
            <Sure ask="Really delete it?" onSure={act(() => deleteJob(id))}>Delete</Sure>
          </div>
          <section class="card">
            <h2>Time line</h2>
            <TimeLine job={job} />
            <p class="hint">{job.type}, priority {job.priority}, {job.attempts} {job.attempts === 1 ? 'attempt' : 'attempts'}</p>
          </section>
          {job.error && <Failure error={job.error} />}
          {job.result && (
            <section class="card">
              <h2>Result</h2>
              {Array.isArray(job.result.classification) ? <Findings result={job.result} text={text} /> : <p class="hint">It is of a type of your own: see the JSON.</p>}
              {text === undefined && job.result.classification?.length > 0 &&
                <p class="hint">The service keeps no content: matches are shown in a text only where this page has just submitted it.</p>}
            </section>
          )}
          <section class="card">
            <h2>Without this page</h2>
            <h3>The same job</h3>
            <Code label="curl that does the same">{submitting(job, name, text)}</Code>
            <h3>This job as it is</h3>
            <Code label="curl that reads this job">{`curl -s ${base()}/jobs/${id}${auth()}`}</Code>
            <details>
              <summary>JSON</summary>
              <Code label="JSON of the job">{JSON.stringify(job, null, 2)}</Code>
            </details>
          </section>
        </>
      )}
    </>
  )
}

// timeLine lists what happened to a job, as far as its record tells.
function timeLine(job) {
  const steps = [{name: 'Created', at: job.creationDateTime}]
  if (job.startDateTime) steps.push({name: 'Started', at: job.startDateTime, note: `waited ${took(job.creationDateTime, job.startDateTime)}`})
  const failures = job.error?.details ?? []
  failures.forEach((e, i) => steps.push({name: `Attempt ${i + 1} failed`, at: e.innerError?.errorDateTime, note: e.code, bad: true}))
  if (ended(job)) {
    steps.push({
      name: {succeeded: 'Succeeded', failed: 'Failed', canceled: 'Canceled'}[job.status],
      at: job.endDateTime, note: took(job.startDateTime, job.endDateTime) && `ran ${took(job.startDateTime, job.endDateTime)}`,
      bad: job.status === 'failed',
    })
  } else {
    steps.push({name: job.status === 'running' ? `Running, attempt ${job.attempts}` : 'Waiting for a worker', now: true})
  }
  return steps
}

const TimeLine = ({job}) => (
  <ol class="timeline">
    {timeLine(job).map(({name, at, note, bad, now}, i) => (
      <li key={i} class={bad ? 'bad' : now ? 'now' : ''}>
        <strong>{name}</strong> <Time at={at} /> {note && <span class="hint">{note}</span>}
      </li>
    ))}
  </ol>
)

function Failure({error}) {
  return (
    <section class="card">
      <h2>Error</h2>
      <Problem error={error} />
      <dl>
        <dt>Code</dt><dd><code>{error.code}</code></dd>
        {error.innerError?.code && <><dt>Inner code</dt><dd><code>{error.innerError.code}</code></dd></>}
        {error.innerError?.activityId && <><dt>Trace</dt><dd><code>{error.innerError.activityId}</code></dd></>}
        {error.innerError?.clientRequestId && <><dt>Client request</dt><dd><code>{error.innerError.clientRequestId}</code></dd></>}
      </dl>
      {error.details?.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Failed attempts">
          <table>
            <thead><tr><th class="number">Attempt</th><th>Code</th><th>Message</th><th>When</th></tr></thead>
            <tbody>
              {error.details.map((e, i) => (
                <tr key={i}>
                  <td class="number">{i + 1}</td><td><code>{e.code}</code></td><td>{e.message}</td>
                  <td><Time at={e.innerError?.errorDateTime} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

const base = () => new URL('beta/dataClassification', document.baseURI).href

// The key itself is not for a place from which commands are copied.
const auth = () => (key.get() ? ` \\\n  -H "Authorization: Bearer $CLASSIFYD_KEY"` : '')

// quoted is a word for a POSIX shell.
const quoted = (s) => `'${s.replaceAll("'", String.raw`'\''`)}'`

function submitting(job, name, text) {
  const wait = ` \\\n  -H 'Prefer: wait=10'`
  if (job.type === 'classifyFile') {
    return `curl -s ${base()}/classifyFile${auth()}${wait} \\\n  -F ${quoted(`file=@${name ?? 'FILE'}`)}`
  }
  const json = ` \\\n  -H 'Content-Type: application/json'`
  if (job.type === 'classifyText') {
    return `curl -s ${base()}/classifyText${auth()}${json}${wait} \\\n  -d ${quoted(JSON.stringify({text: text ?? 'TEXT'}))}`
  }
  return `curl -s ${base()}/jobs${auth()}${json}${wait} \\\n  -d ${quoted(JSON.stringify({type: job.type, request: {}}))}`
}
