// How INFO prints: `name:value` lines, sizes once in bytes and once for people.

export type Value = string | number

/** One line per field, each with its ending. */
export function fieldLines(fields: readonly (readonly [string, Value])[]): string {
  let text = ''
  for (const [name, value] of fields) text += `${name}:${value}\r\n`
  return text
}

/** `2.26M`, as Redis prints sizes. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`
  let value = bytes / 1024
  for (const unit of ['K', 'M', 'G']) {
    if (value < 1024) return `${value.toFixed(2)}${unit}`
    value /= 1024
  }
  return `${value.toFixed(2)}T`
}

/** The two fields of a size. */
export function sizeFields(name: string, bytes: number): (readonly [string, Value])[] {
  return [
    [name, bytes],
    [`${name}_human`, humanBytes(bytes)],
  ]
}
