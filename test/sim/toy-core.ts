// A toy in the place of the core: one member that keeps registers, writes every command to its log
// before it answers, and reads the log back at its start. With flaws to order, so that the tests of the
// simulator can show that its checks see them.

import type { ConnectionId, MemberId, Now } from '../../src/api/ids.js'
import type { Input, Output } from '../../src/api/io.js'
import type { CommandParser } from '../../src/api/door.js'
import { limits } from '../../src/api/limits.js'
import { textToBytes, bytesToText } from '../../src/base/bytes.js'
import { hashBytes } from '../../src/base/hash.js'
import { respDoor } from '../../src/resp/door.js'
import { applyCommand, readCommands, type Register } from '../checker/register.js'
import type { GroupView, Reactor, ReactorInit } from './reactor.js'

export type ToyFlaw =
  | 'none'
  /** Answers before the command is on the disk. */
  | 'answers-early'
  /** At times gives no answer. */
  | 'loses-answers'
  /** At times executes an increment twice. */
  | 'doubles'
  /** At times reads an older value. */
  | 'stale-reads'
  /** Throws now and then. */
  | 'throws'

const doorLimits = {
  argumentsMax: limits.argumentsMax,
  bulkBytesMax: limits.bulkBytesMax,
  queryBytesMax: limits.queryBytesMax,
  unauthenticated: false,
}

/** Builds toys with one flaw. */
export function toyFactory(flaw: ToyFlaw): (init: ReactorInit) => Reactor {
  return (init) => new Toy(init, flaw)
}

class Toy implements Reactor {
  readonly wantsTurn = false
  readonly #flaw: ToyFlaw
  readonly #init: ReactorInit
  readonly #registers = new Map<string, Register>()
  readonly #older = new Map<string, Register>()
  readonly #parsers = new Map<ConnectionId, CommandParser>()
  readonly #waiting = new Map<number, () => void>()
  #out: Output[] = []
  #index = 0
  #applied = 0

  constructor(init: ReactorInit, flaw: ToyFlaw) {
    this.#init = init
    this.#flaw = flaw
    for (const row of init.boot.logRows) {
      this.#execute(bytesToText(row.value).split('\0'))
      this.#index = Number(row.key)
      this.#applied = this.#index
    }
  }

  wakeAt(): number {
    return Infinity
  }

  turn(_now: Now, inputs: readonly Input[]): readonly Output[] {
    this.#out = []
    for (const input of inputs) this.#take(input)
    return this.#out
  }

  views(): readonly GroupView[] {
    const at = { term: 1, index: this.#applied }
    const self = this.#init.config.self
    const status = {
      role: 'leader',
      leader: self,
      term: 1,
      era: 0,
      commit: at,
      last: at,
      first: 1,
      chain: { high: 0, low: 0 },
      members: { voters: [self], learners: [] as MemberId[] },
      peers: [],
      recovering: null,
      why: '',
      loss: '',
      counters: {},
    } as const
    const digest = (): ReturnType<GroupView['digest']> => {
      const rows = [...this.#registers].map(([key, value]) => `${key}=${value ?? ''}`)
      return hashBytes(textToBytes(rows.join('\n')))
    }
    return [
      { id: 0 as GroupView['id'], status, applied: at, clock: 0, memory: 0, counters: {}, digest },
    ]
  }

  #take(input: Input): void {
    switch (input.kind) {
      case 'connected':
        this.#parsers.set(input.connection, respDoor.parser())
        return
      case 'bytes':
        this.#parsers.get(input.connection)?.push(input.bytes, doorLimits, (args) => {
          this.#command(input.connection, args)
          return true
        })
        return
      case 'stored':
        if (input.error !== null) {
          this.#waiting.clear()
          this.#out.push({ kind: 'stopped', code: 74, why: input.error, clean: false })
        }
        this.#waiting.get(input.id)?.()
        this.#waiting.delete(input.id)
        return
      case 'stop':
        this.#out.push({ kind: 'stopped', code: 0, why: 'asked to stop', clean: true })
        return
      default:
    }
  }

  #command(connection: ConnectionId, args: readonly string[]): void {
    const { random } = this.#init
    if (this.#flaw === 'throws' && random.chance(1, 200)) throw new Error('the toy throws')
    const name = (args[0] ?? '').toLowerCase()
    // Answers keep the order of the commands: everything goes through the log.
    const line = [name, ...args.slice(1)]
    const id = ++this.#index
    const answer = (): void => {
      const reply = this.#reply(line)
      this.#applied = id
      if (this.#flaw === 'loses-answers' && random.chance(1, 100)) return
      this.#out.push({ kind: 'write', connection, text: reply })
    }
    const key = String(id).padStart(12, '0')
    const puts = [{ key, value: textToBytes(line.join('\0')) }]
    this.#out.push({
      kind: 'store',
      write: { store: 'log', id, deletes: [], ranges: [], puts, sync: true, witness: [] },
    })
    if (this.#flaw === 'answers-early') answer()
    else this.#waiting.set(id, answer)
  }

  #reply(line: readonly string[]): string {
    switch (line[0]) {
      case 'ping':
        return '+PONG\r\n'
      case 'echo':
        return bulk(line[1] ?? '')
      case 'mget':
        return `*${line.length - 1}\r\n${line
          .slice(1)
          .map((key) => encode(this.#run(['get', key])))
          .join('')}`
      default:
        return encode(this.#execute(line))
    }
  }

  #execute(line: readonly string[]): string {
    if (line[0] === 'ping' || line[0] === 'echo' || line[0] === 'mget') return '+OK'
    if (line[0] === 'mset') {
      for (let at = 1; at < line.length; at += 2)
        this.#run(['set', line[at] as string, line[at + 1] as string])
      return '+OK'
    }
    return this.#run(modelOf(line))
  }

  #run(args: readonly string[]): string {
    const key = args[1] ?? ''
    const { random } = this.#init
    const state = this.#registers.get(key) ?? null
    if (this.#flaw === 'stale-reads' && readCommands.has(args[0] ?? '') && random.chance(1, 10)) {
      return applyCommand(this.#older.get(key) ?? null, args).reply
    }
    let result = applyCommand(state, args)
    if (this.#flaw === 'doubles' && args[0] === 'incr' && random.chance(1, 20)) {
      result = applyCommand(result.state, args)
    }
    if (result.state !== state) {
      this.#older.set(key, state)
      this.#registers.set(key, result.state)
    }
    return result.reply
  }
}

/** RESP arguments as the register model names them. TTLs are not kept: a value may outlive its time. */
function modelOf(line: readonly string[]): readonly string[] {
  const [name, key = '', value = ''] = line
  if (name === 'setex') return ['set', key, line[3] ?? '']
  if (name === 'set' && line[3] === 'GET') return ['getset', key, value]
  if (name === 'set' && line[3] === 'XX') return ['setxx', key, value]
  return line
}

function encode(canonical: string): string {
  if (canonical === '_') return '$-1\r\n'
  return canonical.startsWith('$') ? bulk(canonical.slice(1)) : `${canonical}\r\n`
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`
}
