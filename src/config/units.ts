// Sizes and durations as people write them in the configuration: `64mb`, `500ms`. Numbers without a
// unit are bytes and milliseconds.

const sizes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 * 1024,
  mb: 1024 * 1024,
  g: 1024 * 1024 * 1024,
  gb: 1024 * 1024 * 1024,
}

const durations: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Bytes of `64mb`, `512kb`, `1gb`, `4096`; null when it is not a size. */
export function parseSize(text: string): number | null {
  return parseUnit(text, sizes)
}

/** Milliseconds of `500ms`, `5s`, `2m`, `1h`, `250`; null when it is not a duration. */
export function parseDuration(text: string): number | null {
  return parseUnit(text, durations)
}

function parseUnit(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(\d{1,15})([a-z]{0,2})$/.exec(text.trim().toLowerCase())
  if (match === null) return null
  const unit = units[match[2] ?? '']
  if (unit === undefined) return null
  const value = Number(match[1]) * unit
  return Number.isSafeInteger(value) ? value : null
}
