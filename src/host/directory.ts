// The directories that a member keeps its data in.

import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { QuorateError } from '../base/errors.js'

/** Makes a directory and those above it; STORE_OPEN where that cannot be. */
export function makeDirectory(directory: string): void {
  attempt(directory, () => make(resolve(directory)))
}

/** The same, and nobody else may look into it, also where it was there. */
export function takeDirectory(directory: string): void {
  makeDirectory(directory)
  attempt(directory, () => chmodSync(directory, 0o700))
}

function attempt(directory: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const sentence = `the directory ${directory} cannot be made: ${why}`
    throw new QuorateError('STORE_OPEN', sentence, { cause })
  }
}

/** One by one: asked for all of them Node tries for ever where a file system takes none, as /proc. */
function make(directory: string): void {
  if (isThere(directory)) return
  const above = dirname(directory)
  if (above !== directory) make(above)
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    // Another member may have made it meanwhile.
    if (!isThere(directory)) throw error
  }
}

function isThere(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true
}
