// The texts that this page has submitted and the names of its files, by the id of
// their job, for as long as it is open. The service deletes them when a job ends.
const submitted = new Map()

const most = 200

export function remember(id, content) {
  submitted.set(id, content)
  if (submitted.size > most) submitted.delete(submitted.keys().next().value)
}

export const recall = (id) => submitted.get(id) ?? {}
