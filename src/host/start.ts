// Starts one member and stops it: opens the stores, reads what the core boots from, listens, runs.
// The command line wires signals; tests start several in one process.

import { type Config, groupCount } from '../api/config.js'
import type { Door } from '../api/door.js'
import type { EngineFactory } from '../api/engine.js'
import type { Boot } from '../api/io.js'
import type { StoreName } from '../api/store.js'
import { QuorateError } from '../base/errors.js'
import { type DiskSeams, openDisk } from './boot.js'
import { type BoundListener, Clients } from './clients.js'
import { readClock, stopwatch } from './clock.js'
import type { Database } from './database.js'
import { seededRandom } from './entropy.js'
import { makeFacts } from './facts.js'
import { Files, type RewriteConfig } from './files.js'
import { type Ending, exitStore, Host } from './host.js'
import { type HostLog, makeLog } from './logger.js'
import { Peers } from './peers.js'
import { loadStrategies } from './plugins.js'
import type { ReactorFactory } from './reactor.js'
import { checkRuntime } from './runtime.js'
import { LuaRunner } from './scripts/runner.js'
import { SpaceWatch } from './space.js'
import { Store } from './store.js'
import { Targets } from './migrate-targets.js'
import { YoungGeneration } from './young.js'
import type { WitnessFile } from './witness.js'

/** Milliseconds that a stop may take before the member ends without the word of the core, which gives itself less. */
const stopMsMax = 18_000
const witnessSyncMs = 1_000
const lastBytesMs = 500

export interface StartOptions extends DiskSeams {
  readonly makeCore: ReactorFactory
  /** In place of the shipped ones, which `makeCore` knows. */
  readonly engine?: EngineFactory
  readonly door?: Door
  /** Path shown by INFO; empty for none. */
  readonly configFile?: string
  /** For CONFIG REWRITE. */
  readonly rewriteConfig?: RewriteConfig
  readonly loadStrategies?: typeof loadStrategies
  readonly log?: HostLog
}

export interface RunningMember {
  readonly clientPorts: readonly BoundListener[]
  readonly peerPort: number
  /** Asks the core to hand over and stop; resolves to the exit code. */
  stop(): Promise<number>
  /** Resolves to the exit code when the member has ended, for whatever reason. */
  readonly done: Promise<number>
  /** One sentence of why it ended; empty before. */
  readonly why: () => string
}

/** Throws QuorateError when the member cannot start; nothing is left open then. */
export async function start(config: Config, options: StartOptions): Promise<RunningMember> {
  checkRuntime(process.version)
  const strategies = await (options.loadStrategies ?? loadStrategies)(config)
  const log = options.log ?? makeLog(config)
  const member = new Member(config, options, log)
  try {
    const boot = await member.open()
    const ports = await member.listen()
    member.run(boot, strategies)
    return { ...ports, stop: () => member.stop(), done: member.done, why: () => member.why }
  } catch (error) {
    await member.release()
    throw error
  }
}

class Member {
  readonly #config: Config
  readonly #options: StartOptions
  readonly #log: HostLog
  readonly #facts: ReturnType<typeof makeFacts>
  readonly #clients: Clients
  readonly #peers: Peers
  readonly #space: SpaceWatch
  readonly #targets: Targets
  readonly done: Promise<number>
  why = ''
  readonly #finish: (code: number) => void
  readonly #databases: Database[] = []
  #stores: Readonly<Record<StoreName, Store>> | null = null
  #witness: WitnessFile | null = null
  readonly #scripts = new LuaRunner({ wake: () => this.#host?.wake() })
  #host: Host | null = null
  #witnessTimer: NodeJS.Timeout | null = null
  #stopTimer: NodeJS.Timeout | null = null

  constructor(config: Config, options: StartOptions, log: HostLog) {
    this.#config = config
    this.#options = options
    this.#log = log
    this.#targets = new Targets(log)
    const migrateSockets = (): number => this.#targets.count
    this.#facts = makeFacts(options.configFile ?? '', groupCount(config), migrateSockets)
    const sink = (input: Parameters<Host['push']>[0]): void => this.#host?.push(input)
    this.#clients = new Clients(sink, log)
    this.#peers = new Peers({ config, sink, log })
    const { directory, freeSpaceReserveBytes } = config
    this.#space = new SpaceWatch(directory, freeSpaceReserveBytes, (short) => {
      sink({ kind: 'disk', short })
    })
    let finish: (code: number) => void = () => {}
    this.done = new Promise((resolve) => {
      finish = resolve
    })
    this.#finish = finish
  }

  /** Opens stores and witness and reads what the core boots from. */
  async open(): Promise<Boot> {
    const { directory, keyspaces } = this.#config
    const isSynced = keyspaces.every(({ durability }) => durability === 'always')
    const lost = (why: string): void => this.#log.log('warn', 'store.no-room-ahead', { why })
    const opened = await openDisk(directory, this.#options, isSynced ? lost : null)
    const { databases, witness, boot } = opened
    this.#databases.push(databases.log, databases.state)
    this.#witness = witness
    await begin(witness)
    this.#stores = {
      log: this.#makeStore('log', databases.log),
      state: this.#makeStore('state', databases.state),
    }
    return boot
  }

  async listen(): Promise<{
    readonly clientPorts: readonly BoundListener[]
    readonly peerPort: number
  }> {
    if (this.#stores === null || this.#witness === null) throw new Error('not open')
    this.#host = new Host({
      clients: this.#clients,
      peers: this.#peers,
      stores: this.#stores,
      witness: this.#witness,
      files: new Files({
        users: this.#config.aclFile,
        config: this.#options.configFile ?? '',
        rewrite: this.#options.rewriteConfig ?? null,
        log: this.#log,
      }),
      targets: this.#targets,
      log: this.#log,
      late: this.#facts.late,
      young: YoungGeneration.own(),
      ended: (ending) => void this.#end(ending),
    })
    const peerPort = await this.#peers.listen()
    const clientPorts = await this.#clients.listen(this.#config.listeners)
    return { clientPorts, peerPort }
  }

  run(boot: Boot, strategies: Awaited<ReturnType<typeof loadStrategies>>): void {
    const { makeCore, engine, door } = this.#options
    const reactor = makeCore({
      config: this.#config,
      boot,
      strategies,
      ...(engine === undefined ? {} : { engine }),
      ...(door === undefined ? {} : { door }),
      random: seededRandom(),
      stopwatch,
      facts: this.#facts.facts,
      now: readClock(),
      scripts: this.#scripts,
    })
    this.#witnessTimer = setInterval(() => this.#witness?.sync(), witnessSyncMs)
    this.#space.start()
    this.#host?.start(reactor)
    this.#peers.dial()
  }

  stop(): Promise<number> {
    const host = this.#host
    if (host !== null && this.#stopTimer === null) {
      host.push({ kind: 'stop' })
      const why = 'the member did not stop in time'
      const overdue = (): void => host.end({ code: 1, why, clean: false })
      this.#stopTimer = setTimeout(overdue, stopMsMax)
    }
    return this.done
  }

  /** Lets go of everything that is open, as it is. */
  async release(): Promise<void> {
    this.#scripts.close()
    this.#space.stop()
    this.#targets.closeAll()
    if (this.#witnessTimer !== null) clearInterval(this.#witnessTimer)
    if (this.#stopTimer !== null) clearTimeout(this.#stopTimer)
    await Promise.all([this.#clients.closeAll(lastBytesMs), this.#peers.closeAll()])
    for (const database of this.#databases) await database.close()
    this.#witness?.close()
    this.#witness = null
  }

  /** The core stopped, an assertion broke or a store failed: flush what may be flushed, and close. */
  async #end({ code, why, clean }: Ending): Promise<void> {
    const stores = this.#stores
    const witness = this.#witness
    let real = code
    if (code === 0 && stores !== null && witness !== null) {
      await Promise.all([stores.log.drain(), stores.state.drain()])
      const isWhole = stores.log.poison === null && stores.state.poison === null
      const isSynced = isWhole && (await syncStores(this.#databases))
      const error = isSynced ? await finish(witness, clean) : 'a store failed'
      if (error !== null) real = exitStore
    }
    await this.release()
    this.#log.log(real === 0 ? 'info' : 'fatal', 'host.ended', { code: real, why })
    this.#log.flush()
    this.why = why
    this.#finish(real)
  }

  #makeStore(name: StoreName, database: Database): Store {
    return new Store({
      name,
      database,
      witness: (notes, done) => this.#witness?.note(notes, done),
      stored: (store, id, error) => this.#host?.push({ kind: 'stored', store, id, error }),
      poisoned: (store, why) => {
        this.#log.log('fatal', 'store.poisoned', { store, why })
        // The core hears of it in the next turn and may still tell its clients; then it is over.
        const ending = { code: exitStore, why: `the ${store} store failed: ${why}`, clean: false }
        const over = (): void => this.#host?.end(ending)
        setImmediate(() => setImmediate(over))
      },
    })
  }
}

/** Everything that was written without a sync reaches the disk: a synced write takes it along. */
async function syncStores(databases: readonly Database[]): Promise<boolean> {
  try {
    for (const database of databases) await database.batch([], true)
    return true
  } catch {
    return false
  }
}

async function begin(witness: WitnessFile): Promise<void> {
  const error = await new Promise<string | null>((done) => witness.begin(done))
  if (error !== null) throw new QuorateError('STORE_OPEN', error)
}

function finish(witness: WitnessFile, clean: boolean): Promise<string | null> {
  return new Promise((done) => witness.finish(clean, done))
}
