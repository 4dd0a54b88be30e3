import {useEffect, useMemo, useState} from 'preact/hooks'
import {listTypes} from './api.js'
import {Confidence, Problem} from './parts.jsx'

const countries = new Intl.DisplayNames(undefined, {type: 'region'})

const unique = (values) => [...new Set(values)].filter(Boolean).sort()

// Types is the catalogue of what the service looks for.
export function Types() {
  const [types, setTypes] = useState(null)
  const [error, setError] = useState(null)
  const [words, setWords] = useState('')
  const [category, setCategory] = useState('')
  const [country, setCountry] = useState('')
  useEffect(() => { listTypes().then(setTypes, setError) }, [])

  const found = useMemo(() => {
    const wanted = words.toLowerCase().split(/\s+/)
    return types?.filter((t) =>
      (!category || t.category === category) &&
      (!country || t.countries?.includes(country)) &&
      wanted.every((w) => `${t.name} ${t.description} ${t.id}`.toLowerCase().includes(w)))
  }, [types, words, category, country])

  return (
    <>
      <h1>Sensitive types</h1>
      <Problem error={error} />
      {types && (
        <>
          <form class="row filters" onSubmit={(e) => e.preventDefault()}>
            <label>Search <input type="search" value={words} onInput={(e) => setWords(e.target.value)} /></label>
            <label>Category <select value={category} onChange={(e) => setCategory(e.target.value)}>
              <option value="">All</option>
              {unique(types.map((t) => t.category)).map((c) => <option key={c}>{c}</option>)}
            </select></label>
            <label>Country <select value={country} onChange={(e) => setCountry(e.target.value)}>
              <option value="">All</option>
              {unique(types.flatMap((t) => t.countries ?? [])).map((c) => <option key={c} value={c}>{countries.of(c)}</option>)}
            </select></label>
            <output>{found.length === types.length ? `${types.length} types` : `${found.length} of ${types.length} types`}</output>
          </form>
          <ul class="types">
            {found.map((t) => (
              <li key={t.id} class="card">
                <h2>{t.name}</h2>
                <p>{t.description}</p>
                <p class="hint">
                  {[t.category, t.sensitiveTypeSource !== 'outOfBox' && 'your own', t.countries?.length > 3 ? `${t.countries.length} countries` : t.countries?.map((c) => countries.of(c)).join(', ')].filter(Boolean).join(' · ')}
                </p>
                {t.recommendedConfidence && <p>Recommended <Confidence value={t.recommendedConfidence} /></p>}
                <code class="id">{t.id}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
