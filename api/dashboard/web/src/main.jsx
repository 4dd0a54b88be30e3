import {render} from 'preact'
import {useEffect, useState} from 'preact/hooks'
import * as api from './api.js'
import * as history from './history.js'
import * as stream from './stream.js'
import {Job} from './job.jsx'
import {Jobs} from './jobs.jsx'
import {Live} from './live.jsx'
import {arrive} from './oidc.js'
import {SignIn} from './signin.jsx'
import {Submit} from './submit.jsx'
import {Types} from './types.jsx'

const views = [
  {path: '', name: 'Classify', View: Submit},
  {path: 'jobs', name: 'Jobs', View: ({id, query}) => (id ? <Job id={id} /> : <Jobs query={query} />)},
  {path: 'live', name: 'Live', View: Live},
  {path: 'types', name: 'Sensitive types', View: Types},
]

// place reads what stands behind the #: #jobs?status=failed, #jobs/{id}.
function place() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?')
  const [view, id] = path.split('/')
  return {view: views.find((v) => v.path === view) ?? views[0], id, query: new URLSearchParams(query)}
}

const said = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Not connected, trying again',
  refused: 'Not signed in',
  denied: 'Not live: you may not follow jobs',
}

function Page({unsigned}) {
  const [at, setAt] = useState(place)
  const [state, setState] = useState(stream.streamState)
  const [refused, setRefused] = useState(unsigned !== undefined)
  const [signed, setSigned] = useState(api.key.get() !== '')
  const [caller, setCaller] = useState(0) // counts changes of who is signed in

  useEffect(() => {
    const move = () => {
      setAt(place())
      scrollTo(0, 0)
    }
    addEventListener('hashchange', move)
    api.whenRefused(() => setRefused(true))
    const off = stream.onState(setState)
    stream.start()
    history.start()
    return () => { removeEventListener('hashchange', move); off() }
  }, [])
  useEffect(() => { document.title = `${at.view.name} - classifyd` }, [at])

  const sign = (key) => {
    api.key.set(key)
    setSigned(key !== '')
    setRefused(false)
    history.forget()
    setCaller(caller + 1)
    stream.reconnect()
  }

  const {View} = at.view
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById('main').focus() }}>Skip to the content</a>
      <header>
        <a class="brand" href="#">classifyd</a>
        <nav aria-label="Main">
          {views.map(({path, name}) => (
            <a key={path} href={`#${path}`} aria-current={at.view.path === path ? 'page' : undefined}>{name}</a>
          ))}
        </nav>
        <span class={`stream ${state}`} role="status">{said[state]}</span>
        {signed
          ? <button class="quiet" onClick={() => sign('')}>Sign out</button>
          : <button class="quiet" onClick={() => setRefused(true)}>Sign in</button>}
      </header>
      <main id="main" tabIndex={-1}>
        <View key={`${caller}/${at.id ?? ''}`} id={at.id} query={at.query} />
      </main>
      <footer>
        <a href="./openapi.yaml">OpenAPI</a> <a href="./beta/$metadata">Metadata</a>
      </footer>
      {refused && <SignIn onKey={sign} onClose={() => setRefused(false)} error={signed ? wrong : unsigned} />}
    </>
  )
}


const wrong = new Error('The service does not take what you signed in with.')

// Whoever comes back from the issuer is signed in before anything is asked.
const unsigned = await arrive().then((token) => { if (token) api.key.set(token) }, (err) => err)

render(<Page unsigned={unsigned} />, document.getElementById('page'))
