// One stream of events for the whole page: a browser keeps only six connections
// to a service over HTTP/1.1, in all of its tabs. It is read by fetch, since an
// EventSource sends no key.
import {createParser} from 'eventsource-parser'
import {open} from './api.js'

// listeners get (event, job): event is "message", "deleted" or "reset", which
// says that some may have been missed.
const listeners = new Set()
const states = new Set()

let state = 'connecting' // or live, lost, refused, denied
let last = ''
let control = null

export const streamState = () => state

function become(next) {
  state = next
  for (const f of states) f(state)
}

export function onState(f) {
  states.add(f)
  return () => states.delete(f)
}

export function listen(f) {
  listeners.add(f)
  return () => listeners.delete(f)
}

const tell = (event, job) => {
  for (const f of listeners) f(event, job)
}

// follow tells of the events until it is aborted, whatever breaks in between.
async function follow(signal) {
  for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 10_000)) {
    try {
      const r = await open('jobs/events', {signal, headers: last ? {'Last-Event-ID': last} : {}})
      become('live')
      wait = 500
      const parser = createParser({
        onEvent: ({id, event, data}) => {
          last = id ?? last
          tell(event ?? 'message', JSON.parse(data))
        },
      })
      for await (const chunk of r.body.pipeThrough(new TextDecoderStream())) parser.feed(chunk)
      become('lost')
    } catch (err) {
      if (signal.aborted) return
      if (err.status === 401) return become('refused')
      if (err.status === 403) return become('denied')
      become('lost')
    }
    await new Promise((done) => setTimeout(done, wait * (0.5 + Math.random() / 2)))
  }
}

// A page that nobody sees gives its connection back to those of other tabs.
// What it missed it gets from where it stopped.
export function connect() {
  control?.abort()
  control = null
  if (document.hidden) return
  control = new AbortController()
  follow(control.signal)
}

// reconnect follows the events of somebody else.
export function reconnect() {
  last = ''
  connect()
}

export function start() {
  document.addEventListener('visibilitychange', connect)
  connect()
}
