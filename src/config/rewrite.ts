// Sets values in the text of a configuration file and leaves everything else of it as it is, comments and
// order too: CONFIG REWRITE.

import { Buffer } from 'node:buffer'
import { parseDocument } from 'yaml'
import type { FileValue } from '../api/io.js'

export type FileChange = readonly [path: readonly string[], value: FileValue]

/** The new text. Throws where the old one is not YAML. */
export function rewriteConfig(text: string, changes: readonly FileChange[]): string {
  const document = parseDocument(text)
  const [fault] = document.errors
  if (fault !== undefined) throw new Error(`the file is not valid YAML: ${fault.message}`)
  for (const [path, value] of changes) document.setIn(path, document.createNode(fromOneByte(value)))
  return document.toString({ lineWidth: 0 })
}

/** The router's texts have one character for each byte of UTF-8. */
function fromOneByte(value: FileValue): unknown {
  if (typeof value === 'string') return Buffer.from(value, 'latin1').toString('utf8')
  if (typeof value !== 'object' || value === null) return value
  return value.map((each) =>
    Object.fromEntries(
      Object.entries(each).map(([name, text]) => [
        name,
        Buffer.from(text, 'latin1').toString('utf8'),
      ]),
    ),
  )
}
