// `quorate restore SOURCE`: keys and libraries of a backup, or of any RDB file that Redis wrote, into a running
// cluster of any shape, as a client writes them. All files are read to their end before the first key is written.

import { QuorateError } from '../base/errors.js'
import type { MemberLink } from '../backup/link.js'
import type { ClientOptions } from './arguments.js'
import { piecesOf } from '../backup/pieces.js'
import { checkFile, type FileItem, filesOf, readRdb } from '../backup/rdb-file.js'
import { Sending, type Sent } from '../backup/sending.js'
import { openMember } from './member-client.js'

export interface RestoreOptions extends ClientOptions {
  readonly replace?: boolean
  readonly json?: boolean
}

type KeyItem = Extract<FileItem, { readonly kind: 'key' }>

const aboutLibrary = 'a library'
/** Failures that are told one by one. */
const toldMax = 10

export async function restoreFrom(source: string, options: RestoreOptions): Promise<number> {
  const files = await filesOf(source)
  for (const file of files) await checkFile(file)
  const link = await openMember(options)
  try {
    const restore = new Restore(link, options.replace === true, await bulkMaxOf(link))
    for (const { path } of files) await restore.file(path)
    return restore.report(options.json === true)
  } finally {
    link.close()
  }
}

async function bulkMaxOf(link: MemberLink): Promise<number> {
  const answer = await link.call('CONFIG', 'GET', 'proto-max-bulk-len')
  return Array.isArray(answer) ? Number(String(answer[1])) : 0
}

class Restore {
  readonly #link: MemberLink
  readonly #replaces: boolean
  /** Longest payload of one RESTORE. */
  readonly #bytesMax: number
  readonly #sending: Sending
  readonly #libraries = new Set<string>()
  #db = 0
  #keys = 0
  #there = 0
  #keysFailed = 0
  #librariesFailed = 0
  readonly #failures: string[] = []

  constructor(link: MemberLink, replaces: boolean, bytesMax: number) {
    this.#link = link
    this.#replaces = replaces
    this.#bytesMax = bytesMax
    this.#sending = new Sending(link, (sent, error) => this.#failed(sent, error))
  }

  async file(path: string): Promise<void> {
    for await (const item of readRdb(path)) {
      if (item.kind === 'library') await this.#library(item.code)
      else if (item.kind === 'key') await this.#key(item)
    }
    await this.#sending.flush()
  }

  report(asJson: boolean): number {
    const keys = this.#keys - this.#there - this.#keysFailed
    const libraries = this.#libraries.size - this.#librariesFailed
    const [there, failed] = [this.#there, this.#failures.length]
    if (asJson) {
      const failures = this.#failures
      process.stdout.write(`${JSON.stringify({ keys, there, libraries, failures }, null, 2)}\n`)
    } else {
      process.stdout.write(`${keys} keys and ${libraries} libraries restored\n`)
      if (there > 0)
        process.stderr.write(
          `${there} keys are there already and were left (--replace replaces them)\n`,
        )
      for (const failure of this.#failures.slice(0, toldMax)) process.stderr.write(`${failure}\n`)
      if (failed > toldMax) process.stderr.write(`and ${failed - toldMax} more\n`)
    }
    return there + failed === 0 ? 0 : 1
  }

  async #library(code: string): Promise<void> {
    if (this.#libraries.has(code)) return
    this.#libraries.add(code)
    await this.#sending.add({
      command: ['function', 'load', 'replace', latin1(code)],
      about: aboutLibrary,
    })
  }

  async #key({ db, key, expiresAt, payload }: KeyItem): Promise<void> {
    if (db !== this.#db) await this.#select(db)
    this.#keys++
    const about = `key ${JSON.stringify(key)} of database ${db}`
    if (payload.length > this.#bytesMax)
      return await this.#long({ db, key, expiresAt, payload }, about)
    const ttl = String(expiresAt ?? 0)
    const replace = this.#replaces ? ['replace'] : []
    await this.#sending.add({
      command: ['restore', latin1(key), ttl, payload, 'absttl', ...replace],
      about,
    })
  }

  async #select(db: number): Promise<void> {
    await this.#sending.flush()
    const [answer] = await this.#link.pipeline([['select', String(db)]])
    if (answer instanceof Error) {
      throw new QuorateError(
        'BACKUP_INVALID',
        `database ${db}: ${answer.message}; the cluster has fewer (clients.databases)`,
      )
    }
    this.#db = db
  }

  /** Element by element, until it is whole others may see a part. */
  async #long({ key, expiresAt, payload }: Omit<KeyItem, 'kind'>, about: string): Promise<void> {
    const name = latin1(key)
    const pieces = piecesOf(name, payload)
    if (pieces === null) {
      this.#keysFailed++
      this.#failures.push(
        `${about}: a value of ${payload.length} bytes is longer than clients.bulk-max, ${this.#bytesMax}`,
      )
      return
    }
    await this.#sending.flush()
    const isThere = (await this.#link.call('exists', name)) === 1
    if (isThere && !this.#replaces) {
      this.#there++
      return
    }
    const before = this.#failures.length
    if (isThere) await this.#send(['del', name], about)
    for (const command of pieces) {
      if (this.#failures.length > before) return
      await this.#send(command, about)
    }
    if (this.#failures.length > before || expiresAt === null) return
    await this.#send(['pexpireat', name, String(expiresAt)], about)
  }

  async #send(command: Sent['command'], about: string): Promise<void> {
    await this.#sending.add({ command, about, isOnce: command[0] === 'rpush' })
    await this.#sending.flush()
  }

  #failed({ about, mayBeDone }: Sent, error: Error): void {
    if (error.message.startsWith('BUSYKEY')) {
      if (mayBeDone !== true) this.#there++
      return
    }
    this.#failures.push(`${about}: ${error.message}`)
    if (about === aboutLibrary) this.#librariesFailed++
    else this.#keysFailed++
  }
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
