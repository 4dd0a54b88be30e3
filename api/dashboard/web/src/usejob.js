import {useEffect, useState} from 'preact/hooks'
import {ended, getJob} from './api.js'
import {listen, streamState} from './stream.js'

// useJob is a job as it is, and stays so until it has ended. known is the job as
// far as the caller knows it, if it does.
export function useJob(id, known) {
  const [job, setJob] = useState(known)
  const [error, setError] = useState(null)
  const [gone, setGone] = useState(false)

  useEffect(() => {
    let on = true
    let done = false // has its result, which events leave out
    const read = async () => {
      try {
        const j = await getJob(id)
        if (!on || done) return
        done = ended(j)
        setJob(j)
        setError(null)
      } catch (err) {
        if (on) setError(err)
      }
    }
    const off = listen((event, j) => {
      if (done && event !== 'deleted') return
      if (event === 'reset') read()
      else if (j.id !== id) return
      else if (event === 'deleted') setGone(true)
      else if (ended(j)) read()
      else setJob((old) => ({...old, ...j}))
    })
    read()
    const poll = setInterval(() => done || streamState() === 'live' || read(), 2000)
    return () => { on = false; off(); clearInterval(poll) }
  }, [id])
  return {job, error, gone}
}
