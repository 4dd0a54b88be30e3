import {useEffect, useRef} from 'preact/hooks'

// SignIn asks for an API key.
export function SignIn({onKey, onClose, wrong}) {
  const dialog = useRef()
  useEffect(() => dialog.current.showModal(), [])
  const submit = (e) => {
    e.preventDefault()
    onKey(e.target.elements.key.value.trim())
    e.target.reset()
  }
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="signin-title">
      <form onSubmit={submit}>
        <h2 id="signin-title">Sign in</h2>
        {wrong && <p class="problem" role="alert">The service does not take the key that you signed in with.</p>}
        <label>API key <input name="key" type="password" autocomplete="off" required autofocus /></label>
        <p class="hint">It is kept in this tab until you close it or sign out.</p>
        <div class="row end">
          <button type="button" class="quiet" onClick={() => dialog.current.close()}>Close</button>
          <button class="primary">Sign in</button>
        </div>
      </form>
    </dialog>
  )
}
