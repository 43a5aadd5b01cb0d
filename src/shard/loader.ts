// Loads a group's last finished checkpoint at boot: manifest, then the rows of its generation in chunks
// into the engine, which checks the digest. Driven by the answers of its own scans. It never trusts
// that a store which opened is whole, and deletes only rows that no finished checkpoint needs.

import type { Engine } from '../api/engine.js'
import type { GroupId } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { Row, RowRange } from '../api/store.js'
import { RowFilter } from './row-filter.js'
import type { ShardSink } from './sink.js'
import {
  decodeManifest,
  engineKey,
  generationOf,
  generationRange,
  generationsFrom,
  type Manifest,
  manifestKey,
  manifestRange,
  stateKey,
} from './state-layout.js'

export interface LoaderInit {
  readonly group: GroupId
  /** Fresh and empty. */
  readonly engine: Engine
  readonly sink: ShardSink
}

interface Generations {
  /** Generation that new checkpoints are written to. */
  readonly generation: number
  /** Greatest generation that has any row: an installed snapshot takes the next one. */
  readonly generationMax: number
  /** Ranges of the store that nothing needs, for the cleaner. */
  readonly garbage: readonly RowRange[]
}

export type LoadResult =
  /** There never was a finished checkpoint. */
  | ({ readonly kind: 'empty'; readonly number: 0 } & Generations)
  | ({
      readonly kind: 'loaded'
      readonly manifest: Manifest
      /** Greatest checkpoint number seen, of unfinished ones too: the next one is greater. */
      readonly number: number
    } & Generations)
  /** What is there counts as nothing: the engine that was loaded into is to be thrown away. */
  | ({ readonly kind: 'damaged'; readonly sentence: string; readonly number: 0 } & Generations)

export class Loader {
  readonly #init: LoaderInit
  #result: LoadResult | null = null
  #manifest: Manifest | null = null
  /** What is wrong with the manifest. */
  #fault: string | null = null
  #filter = new RowFilter(0)
  /** Generations that have rows, ascending. */
  readonly #generations: number[] = []
  #rowsLoaded = 0

  constructor(init: LoaderInit) {
    this.#init = init
  }

  /** Null while it runs. */
  get result(): LoadResult | null {
    return this.#result
  }

  /** Rows given to the engine so far. */
  get rowsLoaded(): number {
    return this.#rowsLoaded
  }

  start(): void {
    this.#init.sink.scan('state', manifestRange(this.#init.group), {
      bytesMax: limits.scanBytesMax,
      done: (rows) => this.#takeManifest(rows[0]),
    })
  }

  #takeManifest(row: Row | undefined): void {
    if (row !== undefined) {
      const decoded = decodeManifest(this.#init.group, row.value)
      if (decoded.kind === 'damaged') this.#fault = decoded.sentence
      else {
        this.#manifest = decoded.manifest
        this.#filter = new RowFilter(decoded.manifest.number)
      }
    }
    this.#findGenerations(0)
  }

  /** Looks for the first row of each generation: what is not the manifest's is garbage. */
  #findGenerations(from: number): void {
    this.#init.sink.scan('state', generationsFrom(this.#init.group, from), {
      bytesMax: 1,
      done: (rows) => {
        const first = rows[0]
        const generation = first === undefined ? null : generationOf(first.key)
        if (generation !== null) this.#generations.push(generation)
        if (generation !== null && generation < 0xffffffff) {
          return this.#findGenerations(generation + 1)
        }
        if (this.#fault !== null) {
          this.#fail(this.#fault)
          return
        }
        if (this.#manifest === null) return this.#finishEmpty()
        this.#init.engine.loadBegin?.(this.#manifest.engine)
        const { from: start } = generationRange(this.#init.group, this.#manifest.generation)
        this.#scanRows(this.#manifest, start)
      },
    })
  }

  #scanRows(manifest: Manifest, from: string): void {
    const { to } = generationRange(this.#init.group, manifest.generation)
    this.#init.sink.scan(
      'state',
      { from, to },
      {
        bytesMax: limits.scanBytesMax,
        done: (rows, end) => this.#takeRows(manifest, rows, end),
      },
    )
  }

  #takeRows(manifest: Manifest, rows: readonly Row[], end: boolean): void {
    const own: Row[] = rows.map((row) => ({ key: engineKey(row.key), value: row.value }))
    const kept: Row[] = []
    const passed: string[] = []
    this.#filter.push(own, kept, passed)
    const last = rows[rows.length - 1]
    const isDone = end || last === undefined
    if (isDone) this.#filter.finish(kept)
    this.#init.engine.load(kept)
    this.#rowsLoaded += kept.length
    if (passed.length > 0) this.#deletePassed(manifest, passed)
    if (isDone) this.#finishLoaded(manifest)
    else this.#scanRows(manifest, `${last.key}\0`)
  }

  /**
   * Superseded rows, and rows of a checkpoint that never finished, would stay for ever, since the
   * engine does not see them. The order of the store's writes keeps this safe without a sync.
   */
  #deletePassed(manifest: Manifest, keys: readonly string[]): void {
    const { group, sink } = this.#init
    const deletes = keys.map((key) => stateKey(group, manifest.generation, key))
    sink.write(
      { store: 'state', puts: [], deletes, ranges: [], sync: false, witness: [] },
      (error) => {
        if (error === null) return
        sink.trace({ level: 'error', event: 'load.clean-failed', fields: { group, error } })
      },
    )
  }

  #finishLoaded(manifest: Manifest): void {
    const fault = this.#init.engine.loadFinish(manifest.engine)
    if (fault !== null) {
      const { group } = this.#init
      this.#fail(`checkpoint ${manifest.number} of group ${group} is damaged: ${fault}`)
      return
    }
    this.#result = {
      kind: 'loaded',
      manifest,
      number: Math.max(manifest.number, this.#filter.numberMax),
      ...this.#split(manifest.generation),
    }
  }

  #finishEmpty(): void {
    this.#result = { kind: 'empty', number: 0, ...this.#split(this.#fresh()) }
  }

  /** A generation that no row has yet. */
  #fresh(): number {
    const last = this.#generations[this.#generations.length - 1]
    return last === undefined ? 1 : last + 1
  }

  #split(generation: number): Generations {
    const others = this.#generations.filter((other) => other !== generation)
    return {
      generation,
      generationMax: Math.max(generation, ...others),
      garbage: others.map((other) => generationRange(this.#init.group, other)),
    }
  }

  /**
   * The manifest goes: a member that was refilled since would find it damaged at every start until its
   * next checkpoint, and count as lost again. That the log is cut, and the witness, still say so.
   */
  #fail(sentence: string): void {
    const { group, sink } = this.#init
    const deletes = [manifestKey(group)]
    sink.write(
      { store: 'state', puts: [], deletes, ranges: [], sync: true, witness: [] },
      () => undefined,
    )
    this.#result = { kind: 'damaged', sentence, number: 0, ...this.#split(this.#fresh()) }
    sink.trace({ level: 'error', event: 'load.damaged', fields: { group, sentence } })
  }
}
