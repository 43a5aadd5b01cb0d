// Messages of a strategy in words, made of their fields: for strategies whose messages are plain objects
// with a `kind`.

/** What is left out: it says nothing, or differs without meaning. */
const left = ['kind', 'term', 'era', 'chain', 'fence', 'life', 'nonce', 'id', 'counts', 'knows']

/** Left out where they are zero. */
const optional = ['epoch', 'handover', 'founding', 'intact']

/** A message in words; null for one that cannot be read. */
export function tellMessage(message: object | null): string {
  if (message === null) return 'unreadable'
  const { kind, term, era } = message as Readonly<Record<string, unknown>>
  const words = [String(kind)]
  if (typeof term === 'number') words.push(`term=${term}`)
  if (era !== undefined && era !== 1) words.push(`era=${String(era)}`)
  for (const [name, value] of Object.entries(message)) {
    if (left.includes(name) || (value === 0 && optional.includes(name))) continue
    if (Array.isArray(value))
      words.push(`entries=${value.map((entry) => `${entry.term}/${entry.index}`).join(',')}`)
    else if (typeof value === 'object' && value !== null) words.push(`${name}=${position(value)}`)
    else if (value !== false && value !== null) words.push(`${name}=${String(value)}`)
  }
  return words.join(' ')
}

/** A position, or a vote for a member's. */
function position(value: object): string {
  const at = value as { readonly term: number; readonly index: number }
  if (!('id' in value && 'last' in value)) return `${at.term}/${at.index}`
  const vote = value as { readonly id: number; readonly epoch: number; readonly last: object }
  return `${vote.id}(${vote.epoch},${position(vote.last)})`
}
