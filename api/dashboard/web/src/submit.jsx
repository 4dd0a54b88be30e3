import {useEffect, useRef, useState} from 'preact/hooks'
import {classifyFile, classifyText, ended} from './api.js'
import {Findings} from './findings.jsx'
import {Problem, Status, took} from './parts.jsx'
import {recall, remember} from './submitted.js'
import {useJob} from './usejob.js'

const sample = `Dear team,

please charge my Visa card 4111 1111 1111 1111, expires 12/29, and send the
refund to IBAN DE89 3704 0044 0532 0130 00. My mail is jo.doe@example.com.`

// The jobs submitted here, newest first; kept while other views are shown.
let kept = []

const uploads = 3 // at a time, so that connections are left for all else

// Submit takes a text or files and shows what becomes of them.
export function Submit() {
  const [items, setItems] = useState(kept)
  const [error, setError] = useState(null)
  const [over, setOver] = useState(false)
  const picker = useRef()
  const text = useRef()
  useEffect(() => { kept = items }, [items])

  const submitText = async (e) => {
    e?.preventDefault()
    const value = text.current.value
    setError(null)
    try {
      const job = await classifyText({text: value})
      remember(job.id, {text: value})
      setItems((all) => [{key: job.id, job}, ...all])
    } catch (err) {
      setError(err)
    }
  }

  const submitFiles = async (files) => {
    setError(null)
    const waiting = [...files].map((file) => ({key: crypto.randomUUID?.() ?? `${file.name} ${Math.random()}`, file}))
    setItems((all) => [...waiting, ...all])
    const put = (key, what) => setItems((all) => all.map((item) => (item.key === key ? {...item, ...what} : item)))
    const next = async () => {
      for (let item; (item = waiting.shift());) {
        try {
          const job = await classifyFile(item.file)
          remember(job.id, {name: item.file.name, text: await plainText(item.file)})
          put(item.key, {job})
        } catch (err) {
          put(item.key, {error: err})
        }
      }
    }
    await Promise.all(Array.from({length: uploads}, next))
  }

  const drop = (e) => {
    e.preventDefault()
    setOver(false)
    if (e.dataTransfer.files.length > 0) submitFiles(e.dataTransfer.files)
  }

  return (
    <>
      <h1>Find what is sensitive</h1>
      <form class={`submit ${over ? 'over' : ''}`} onSubmit={submitText}
        onDragOver={(e) => { e.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <label for="text">Text, or drop files here</label>
        <textarea id="text" ref={text} rows={7} required spellcheck={false} placeholder={sample}
          onKeyDown={(e) => (e.ctrlKey || e.metaKey) && e.key === 'Enter' && e.currentTarget.form.requestSubmit()} />
        <div class="row">
          <button class="primary">Classify</button>
          <button type="button" onClick={() => picker.current.click()}>Choose files…</button>
          <button type="button" class="quiet" onClick={() => { text.current.value = sample; text.current.focus() }}>Use a sample</button>
          <span class="hint wide">Ctrl+Enter classifies</span>
          <input ref={picker} type="file" multiple hidden aria-label="Files"
            onChange={(e) => { submitFiles(e.target.files); e.target.value = '' }} />
        </div>
        <Problem error={error} />
      </form>
      <div aria-live="polite">
        {items.map((item) => item.job
          ? <Submitted key={item.key} known={item.job} />
          : (
            <section key={item.key} class="card">
              <h2>{item.file.name}</h2>
              {item.error ? <Problem error={item.error} /> : <p>Uploading…</p>}
            </section>
          ))}
      </div>
    </>
  )
}

// plainText is the content of a file that is text and not too long to be shown.
async function plainText(file) {
  if (file.size > 1 << 20) return undefined
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(await file.arrayBuffer())
  } catch {
    return undefined // another charset, or no text at all
  }
}

function Submitted({known}) {
  const {job, error, gone} = useJob(known.id, known)
  const {name, text} = recall(known.id)
  return (
    <section class="card">
      <div class="row">
        <h2>{name ?? 'Text'}</h2>
        {gone ? <span class="status canceled">Deleted</span> : <Status job={job} />}
        {ended(job) && <span class="hint">{took(job.creationDateTime, job.endDateTime)}</span>}
        {!gone && <a class="end" href={`#jobs/${job.id}`}>Job</a>}
      </div>
      <Problem error={error ?? job.error} />
      <Findings result={job.result} text={text} />
    </section>
  )
}
