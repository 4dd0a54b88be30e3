import {useEffect, useRef, useState} from 'preact/hooks'
import {leave, offered} from './oidc.js'
import {Problem} from './parts.jsx'

// SignIn asks for an account, where the service has an issuer for such, or for
// an API key. error is why the last sign-in did not succeed.
export function SignIn({onKey, onClose, error}) {
  const dialog = useRef()
  const [failed, setFailed] = useState(error)
  useEffect(() => dialog.current.showModal(), [])
  useEffect(() => setFailed(error), [error])
  const submit = (e) => {
    e.preventDefault()
    onKey(e.target.elements.key.value.trim())
    e.target.reset()
  }
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="signin-title">
      <h2 id="signin-title">Sign in</h2>
      <Problem error={failed} />
      {offered && <p><button class="primary" onClick={() => leave().catch(setFailed)}>Use your account</button></p>}
      <form onSubmit={submit}>
        <label>API key <input name="key" type="password" autocomplete="off" required autofocus={!offered} /></label>
        <p class="hint">You stay signed in until you close this tab or sign out.</p>
        <div class="row end">
          <button type="button" class="quiet" onClick={() => dialog.current.close()}>Close</button>
          <button class={offered ? '' : 'primary'}>Use this key</button>
        </div>
      </form>
    </dialog>
  )
}
