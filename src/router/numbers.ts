// Numbers in the arguments of router commands, as strict as Redis is.

/** A decimal integer without leading zeros, plus sign or spaces, and safe; else null. */
export function parseInteger(text: string): number | null {
  if (text.length === 0 || text.length > 20) return null
  const value = Number(text)
  return Number.isSafeInteger(value) && String(value) === text ? value : null
}

const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1000],
  ['kb', 1024],
  ['m', 1000 * 1000],
  ['mb', 1024 * 1024],
  ['g', 1000 * 1000 * 1000],
  ['gb', 1024 * 1024 * 1024],
])

/** Bytes of `1024`, `10mb` and the like; null when it is not such a text. */
export function parseMemory(text: string): number | null {
  let digits = 0
  while (digits < text.length && text.charCodeAt(digits) >= 48 && text.charCodeAt(digits) <= 57) {
    digits++
  }
  const unit = units.get(text.slice(digits).toLowerCase())
  if (digits === 0 || digits > 15 || unit === undefined) return null
  const value = Number(text.slice(0, digits)) * unit
  return Number.isSafeInteger(value) ? value : null
}
