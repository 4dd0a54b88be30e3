import {useEffect, useRef, useState} from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import {listJobs} from './api.js'
import {Fleet} from './fleet.jsx'
import {series, step} from './history.js'
import {Problem, Time} from './parts.jsx'

const plots = [
  {title: 'Queue', unit: 'jobs', lines: [['waiting', 'Waiting'], ['running', 'Running']]},
  {title: 'Throughput', unit: 'jobs/s', lines: [['succeeded', 'Succeeded'], ['canceled', 'Canceled']]},
  {title: 'Latency', unit: 's', lines: [['pickup', 'Until started, median'], ['median', 'Until ended, median'], ['slow', 'Until ended, 95 %']]},
  {title: 'Failures', unit: 'jobs/s', lines: [['failed', 'Failed']]},
]

// Live plots how the caller's jobs fare, over the last five minutes.
export function Live() {
  const [data, setData] = useState(series)
  useEffect(() => {
    const t = setInterval(() => setData(series()), step * 1000)
    return () => clearInterval(t)
  }, [])
  return (
    <>
      <h1>Live</h1>
      <p class="hint">Your jobs of the last five minutes, on all workers together.</p>
      <div class="plots">{plots.map((p) => <Plot key={p.title} {...p} data={data} />)}</div>
      <Running data={data} />
      <Fleet />
    </>
  )
}

const height = 170

const clock = new Intl.DateTimeFormat(undefined, {timeStyle: 'short'})

const number = (v) => (v == null ? '–' : v >= 100 ? Math.round(v).toLocaleString() : String(+v.toPrecision(2)))

function Plot({title, unit, lines, data}) {
  const box = useRef()
  const plot = useRef()
  const columns = [data.time, ...lines.map(([name]) => data[name])]
  const scheme = useScheme()

  useEffect(() => {
    const at = box.current // which is null when the view goes, a moment before this effect ends
    // A canvas knows nothing of the style sheet's names for colors.
    const {color, borderColor} = getComputedStyle(at)
    const colorOf = (name) => getComputedStyle(at.parentElement.querySelector(`.key.${name}`)).backgroundColor
    const axis = {stroke: color, grid: {stroke: borderColor, width: 1}, ticks: {show: false}}
    plot.current = new uPlot({
      width: at.clientWidth,
      height,
      legend: {show: false},
      cursor: {y: false, drag: {x: false, y: false}, sync: {key: 'live'}},
      scales: {y: {range: (_, min, max) => [0, max * 1.1 || 1]}},
      axes: [{...axis, space: 70, size: 30, values: (_, ticks) => ticks.map((t) => clock.format(t * 1000))}, {...axis, size: 56, values: (_, ticks) => ticks.map(number)}],
      series: [{}, ...lines.map(([name, label]) => ({label, stroke: colorOf(name), width: 2, points: {size: 5}, spanGaps: true}))],
    }, columns, at)
    const resized = new ResizeObserver(() => plot.current.setSize({width: at.clientWidth, height}))
    resized.observe(at)
    return () => { resized.disconnect(); plot.current.destroy() }
  }, [scheme])
  useEffect(() => plot.current.setData(columns), [data])

  return (
    <figure class="card plot">
      <figcaption>
        <h2>{title} <span class="hint">{unit}</span></h2>
        <ul>
          {lines.map(([name, label], i) => (
            <li key={name}><span class={`key ${name}`} aria-hidden="true" />{label} <strong>{number(data[name].findLast((v) => v != null))}</strong></li>
          ))}
        </ul>
      </figcaption>
      <div ref={box} class="canvas" aria-hidden="true" />
    </figure>
  )
}

// useScheme is light or dark, and changes with the system.
function useScheme() {
  const query = matchMedia('(prefers-color-scheme: dark)')
  const [dark, setDark] = useState(query.matches)
  useEffect(() => {
    const f = (e) => setDark(e.matches)
    query.addEventListener('change', f)
    return () => query.removeEventListener('change', f)
  }, [])
  return dark
}

const shown = 10

// Running lists jobs that run, the newest of them.
function Running({data}) {
  const [page, setPage] = useState(null)
  const [error, setError] = useState(null)
  useEffect(() => {
    let on = true
    listJobs({filter: "status eq 'running'", top: shown}).then(
      (p) => { if (on) { setPage(p); setError(null) } },
      (err) => on && setError(err),
    )
    return () => { on = false }
  }, [data])
  return (
    <section class="card">
      <h2>Running now</h2>
      <Problem error={error} />
      {page?.jobs.length === 0 && <p class="nothing">No job is running.</p>}
      {page?.jobs.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Running jobs">
          <table>
            <thead><tr><th>Job</th><th>Type</th><th>Started</th><th>Progress</th><th class="number">Attempt</th></tr></thead>
            <tbody>
              {page.jobs.map((job) => (
                <tr key={job.id}>
                  <td><a href={`#jobs/${job.id}`}><code>{job.id}</code></a></td>
                  <td>{job.type}</td>
                  <td><Time at={job.startDateTime} /></td>
                  <td><progress max={100} value={job.progress} aria-label={`Progress of ${job.id}`} /></td>
                  <td class="number">{job.attempts}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
