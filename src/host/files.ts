// The files that the configuration names besides the stores: users for ACL SAVE and LOAD, and the
// configuration itself for CONFIG REWRITE. A file is written anew beside the old one and takes its place
// when it is on disk.

import { randomBytes } from 'node:crypto'
import { open, readFile, rename, stat, unlink } from 'node:fs/promises'
import type { FileTask, Input } from '../api/io.js'
import type { HostLog } from './logger.js'

/** The new text of the configuration file; throws where the old one cannot be understood. */
export type RewriteConfig = (
  text: string,
  values: Extract<FileTask, { readonly name: 'rewrite-config' }>['values'],
) => string

export interface FilesInit {
  /** Path of the file of users, or null. */
  readonly users: string | null
  /** Path of the configuration file, or empty. */
  readonly config: string
  readonly rewrite: RewriteConfig | null
  readonly log: HostLog
}

/** Only our own user may read what holds hashes of passwords. */
const modeFirst = 0o600

export class Files {
  readonly #init: FilesInit
  /** One task after the other: two writers of one file do not meet. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(init: FilesInit) {
    this.#init = init
  }

  /** Never rejects: what went wrong is told in words. */
  run(id: number, task: FileTask): Promise<Extract<Input, { readonly kind: 'filed' }>> {
    const done = this.#last.then(() => this.#try(id, task))
    this.#last = done
    return done
  }

  async #try(id: number, task: FileTask): Promise<Extract<Input, { readonly kind: 'filed' }>> {
    try {
      return { kind: 'filed', id, error: null, text: await this.#do(task) }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#init.log.log('warn', 'files.failed', { task: task.name, why })
      return { kind: 'filed', id, error: reasonOf(error), text: '' }
    }
  }

  async #do(task: FileTask): Promise<string> {
    const { users, config, rewrite } = this.#init
    switch (task.name) {
      case 'read-users':
        return readFile(users ?? '', 'latin1')
      case 'write-users':
        await replaceFile(users ?? '', Buffer.from(task.text, 'latin1'))
        return ''
      case 'rewrite-config': {
        if (rewrite === null) throw new Error('it cannot be rewritten by this program')
        const text = await readFile(config, 'utf8')
        await replaceFile(config, Buffer.from(rewrite(text, task.values), 'utf8'))
        return ''
      }
    }
  }
}

/** As the operating system says it, without our paths. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT') return 'No such file or directory'
  if (code === 'EACCES') return 'Permission denied'
  if (code === 'ENOSPC') return 'No space left on device'
  return code === '' && error instanceof Error ? error.message : code
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const mode = await stat(path).then(
    (known) => known.mode & 0o777,
    () => modeFirst,
  )
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`
  // `wx` neither follows a link nor takes over a file that is there.
  const file = await open(beside, 'wx', mode)
  try {
    await file.writeFile(bytes)
    await file.sync()
    await file.close()
    await rename(beside, path)
  } catch (error) {
    await unlink(beside).catch(() => {})
    throw error
  }
}
