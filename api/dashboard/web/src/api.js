// The calls of the public API. Addresses are relative to the page, so that it
// works below any path and from any host name that a proxy gives the service.

const service = 'beta/dataClassification/'

// An ApiError is an answer in Graph's error shape, or none at all (status 0).
export class ApiError extends Error {
  constructor(status, error) {
    super(error?.message ?? (status ? `the service answered with status ${status}` : 'the service cannot be reached'))
    this.status = status
    this.code = error?.innerError?.code
    this.target = error?.target
  }
}

// The key is kept for this tab alone and forgotten with it.
const keyName = 'classifyd-key'
export const key = {
  get: () => sessionStorage.getItem(keyName) ?? '',
  set: (value) => (value ? sessionStorage.setItem(keyName, value) : sessionStorage.removeItem(keyName)),
}

// onRefusal is called when the service wants to know who calls.
let onRefusal = () => {}
export const whenRefused = (f) => { onRefusal = f }

// skew is what the service's clock is ahead of ours, in milliseconds: 0 unless
// they differ by more than the header's whole seconds and a slow answer explain.
export let skew = 0

// open sends a request and returns its answer when that is a success.
export async function open(path, {headers = {}, ...init} = {}) {
  const value = key.get()
  const r = await fetch(new URL(service + path, document.baseURI), {
    ...init,
    headers: {...headers, ...(value && {Authorization: `Bearer ${value}`})},
  }).catch((err) => {
    throw err.name === 'AbortError' ? err : new ApiError(0)
  })
  const ahead = Date.parse(r.headers.get('Date')) - Date.now()
  skew = Math.abs(ahead) > 3000 ? ahead : 0
  if (r.ok) return r
  if (r.status === 401) onRefusal()
  const body = await r.json().catch(() => null)
  throw new ApiError(r.status, body?.error)
}

const json = async (path, init) => (await open(path, init)).json()

const post = (path, body) =>
  json(path, {method: 'POST', body: JSON.stringify(body), headers: {'Content-Type': 'application/json'}})

export const classifyText = (request) => post('classifyText', request)

export function classifyFile(file, signal) {
  const body = new FormData()
  body.set('file', file)
  return json('classifyFile', {method: 'POST', body, signal})
}

export const getJob = (id) => json(`jobs/${id}`)
export const cancelJob = (id) => post(`jobs/${id}/cancel`, {})
export const deleteJob = (id) => open(`jobs/${id}`, {method: 'DELETE'})

// listJobs is one page of jobs. next is what asks for the page behind it.
export async function listJobs({filter, top, count, next}) {
  const query = new URLSearchParams(next)
  if (!next) {
    if (filter) query.set('$filter', filter)
    if (count) query.set('$count', 'true')
    query.set('$top', top)
  }
  const page = await json(`jobs?${query}`)
  return {jobs: page.value, count: page['@odata.count'], next: queryOf(page['@odata.nextLink'])}
}

// queryOf leaves out the host of a link, which is as the service sees itself.
const queryOf = (link) => (link ? new URL(link).search.slice(1) : '')

export async function countJobs(filter) {
  const r = await open(`jobs/$count?${new URLSearchParams({$filter: filter})}`)
  return Number(await r.text())
}

// getQueues is what the whole service has to do and who does it, which operators
// may see. It lies beside the versions.
export const getQueues = () => json('../../queues')

// turnLane pauses a lane, or lets workers take jobs out of it again.
export const turnLane = (lane, paused) => open(`../../queues/${lane}/pause`, {method: paused ? 'PUT' : 'DELETE'})

// listTypes is the whole catalogue.
export async function listTypes() {
  const types = []
  for (let query = '$top=1000'; query;) {
    const page = await json(`sensitiveTypes?${query}`)
    types.push(...page.value)
    query = queryOf(page['@odata.nextLink'])
  }
  return types
}

export const ended = (job) => ['succeeded', 'failed', 'canceled'].includes(job.status)
