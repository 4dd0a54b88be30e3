// What several views show.
import {useEffect, useState} from 'preact/hooks'

const names = {notStarted: 'Waiting', running: 'Running', succeeded: 'Succeeded', failed: 'Failed', canceled: 'Canceled'}

export const states = Object.entries(names)

export const Status = ({job}) => (
  <span class={`status ${job.status}`}>
    {names[job.status] ?? job.status}
    {job.status === 'running' && job.progress > 0 && ` ${job.progress} %`}
  </span>
)

// level is what a percentage of confidence is called: Graph's 65, 75 and 85.
export const level = (confidence) => (confidence >= 85 ? 'high' : confidence >= 75 ? 'medium' : 'low')

export const Confidence = ({value}) => <span class={`confidence ${level(value)}`}>{value} % {level(value)}</span>

export const Problem = ({error}) => error && (
  <p class="problem" role="alert">
    {error.message}{error.target && <> (<code>{error.target}</code>)</>}
  </p>
)

const clock = new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'medium'})

export const Time = ({at}) => at ? <time dateTime={at} title={at}>{clock.format(new Date(at))}</time> : null

// took says how long it was between two times.
export const took = (from, to) => (from && to ? since((Date.parse(to) - Date.parse(from)) / 1000) : '')

// since says how long some seconds are, exactly where they are few. Clocks of
// two machines may make them fewer than none.
export function since(seconds) {
  const ms = Math.max(0, Math.round(seconds * 1000))
  if (ms < 1000) return `${ms} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`
}

// Sure is a button for what cannot be undone: it wants to be pressed twice.
export function Sure({children, ask, onSure, label}) {
  const [asked, setAsked] = useState(false)
  useEffect(() => {
    if (!asked) return
    const t = setTimeout(() => setAsked(false), 5000)
    return () => clearTimeout(t)
  }, [asked])
  return (
    <button class={asked ? 'danger' : ''} aria-label={label && `${asked ? ask : children} ${label}`}
      onBlur={() => setAsked(false)} onClick={() => (asked ? onSure() : setAsked(true))}>
      {asked ? ask : children}
    </button>
  )
}

// Code is text to be copied.
export function Code({children, label}) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(children)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <div class="code">
      <pre tabIndex={0} role="region" aria-label={label}>{children}</pre>
      {navigator.clipboard && <button class="quiet" onClick={copy}>{copied ? 'Copied' : 'Copy'}</button>}
    </div>
  )
}
