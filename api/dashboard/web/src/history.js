// What became of the jobs of the last five minutes, in steps of two seconds, for
// the plots. It comes from the events and from counts that cost the service
// nothing, so that it covers the whole fleet, and only jobs of the caller's.
import {countJobs, ended, listJobs, skew} from './api.js'
import {listen} from './stream.js'

export const step = 2 // seconds
export const steps = 150

const most = 1000 // times kept in a step: enough for a percentile

const empty = () => ({succeeded: 0, failed: 0, canceled: 0, total: [], pickup: [], waiting: null, running: null})

const buckets = new Map() // by their number since 1970
const counted = new Set() // ids, the latest of them: a listing tells again of what an event told
const mostCounted = 5000

export const now = () => (Date.now() + skew) / 1000

function bucket(seconds) {
  const n = Math.floor(seconds / step)
  let b = buckets.get(n)
  if (!b) {
    b = empty()
    buckets.set(n, b)
    for (const old of buckets.keys()) if (old < n - steps - 1) buckets.delete(old)
  }
  return b
}

const seconds = (time) => Date.parse(time) / 1000

function add(job) {
  const end = seconds(job.endDateTime)
  if (!ended(job) || end < now() - step * steps) return
  if (counted.has(job.id)) return
  counted.add(job.id)
  if (counted.size > mostCounted) counted.delete(counted.values().next().value)
  const b = bucket(end)
  b[job.status]++
  if (job.status !== 'canceled' && b.total.length < most) {
    b.total.push(end - seconds(job.creationDateTime))
    b.pickup.push(seconds(job.startDateTime ?? job.endDateTime) - seconds(job.creationDateTime))
  }
}

const seeds = 250 // jobs: a first picture that a small Redis gives at once

async function seed() {
  const since = new Date((now() - step * steps) * 1000).toISOString()
  const {jobs} = await listJobs({filter: `creationDateTime ge ${since}`, top: seeds})
  jobs.forEach(add)
}

async function count() {
  const [waiting, running] = await Promise.all([countJobs("status eq 'notStarted'"), countJobs("status eq 'running'")])
  Object.assign(bucket(now()), {waiting, running})
}

// quiet ignores what goes wrong: the stream tells the user of it, and the plots
// show a gap.
const quiet = (promise) => promise.catch(() => {})

// start gathers until the page is closed.
export function start() {
  listen((event, job) => {
    if (event === 'reset') quiet(seed())
    else if (event === 'message') add(job)
  })
  const tick = () => document.hidden || quiet(count())
  tick()
  setInterval(tick, step * 1000)
}

// forget makes room for the jobs of somebody else.
export function forget() {
  buckets.clear()
  counted.clear()
}

function percentile(values, p) {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
}

// series are the columns that the plots draw, by name, and the time of each row.
export function series() {
  const end = Math.floor(now() / step)
  const rows = Array.from({length: steps}, (_, i) => end - steps + 1 + i)
  const nothing = empty()
  const column = (f) => rows.map((n) => f(buckets.get(n) ?? nothing))
  return {
    time: rows.map((n) => n * step),
    waiting: column((b) => b.waiting),
    running: column((b) => b.running),
    succeeded: column((b) => b.succeeded / step),
    failed: column((b) => b.failed / step),
    canceled: column((b) => b.canceled / step),
    pickup: column((b) => percentile(b.pickup, 0.5)),
    median: column((b) => percentile(b.total, 0.5)),
    slow: column((b) => percentile(b.total, 0.95)),
  }
}
