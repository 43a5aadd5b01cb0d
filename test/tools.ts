// Which programs of others a test may use here. A missing one means a skipped case, never a failed one.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program is that can be run by its name, or null. */
export function findProgram(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {}
  }
  return null
}

export function onPath(name: string): boolean {
  return findProgram(name) !== null
}
