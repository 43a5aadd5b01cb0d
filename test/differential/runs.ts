// A run: units drawn from a seed, given to both sides round by round from empty databases; the first
// difference of a round is shrunk to the fewest units that still show it. Tests and `make differential` drive it.

import { Random } from '../../src/base/random.js'
import { allowanceFor } from './allowed.js'
import { isSame, itemsOf } from './rules.js'
import type { Side } from './side.js'
import { compareState, type Difference, nameOf } from './state.js'
import type { Line, Unit, Units } from './units.js'

export interface RunOptions {
  readonly ours: Side
  readonly theirs: Side
  readonly units: Units
  readonly seed: number
  /** Commands to compare, about. */
  readonly commands: number
  /** The first round, 0 by default. */
  readonly round?: number
  /** Different kinds of differences after which the run ends. */
  readonly kindsMax: number
  readonly note?: (text: string) => void
  /** How a line is sent, where not as it is. */
  readonly wrap?: (line: Line) => Line
}

export interface Finding extends Difference {
  readonly round: number
  /** The fewest units that show it. */
  readonly units: readonly Unit[]
  times: number
}

export interface RunResult {
  readonly commands: number
  /** Replies that were not errors. */
  readonly answers: number
  /** Answers that were not errors, by name of the command. */
  readonly answered: ReadonlyMap<string, number>
  readonly findings: readonly Finding[]
  /** Differences that did not come again when their round was repeated. */
  readonly momentary: number
  /** Times that each allowed difference was met, by its reason. */
  readonly allowances: ReadonlyMap<string, number>
  readonly replicas: string | null
}

/** Brings a connection and the data back to the beginning, also from within MULTI. */
const fresh: readonly Line[] = [['discard'], ['unwatch'], ['flushall'], ['select', '0']]
const unitsPerRound = 120
const shrinkTriesMax = 400

export class Run {
  readonly #options: RunOptions
  readonly #findings = new Map<string, Finding>()
  readonly #allowances = new Map<string, number>()
  readonly #answered = new Map<string, number>()
  #commands = 0
  #answers = 0
  #momentary = 0
  /** An allowed difference left other data on the two sides. */
  #isParted = false

  constructor(options: RunOptions) {
    this.#options = options
  }

  async all(): Promise<RunResult> {
    const { commands, kindsMax, seed, ours } = this.#options
    let replicas: string | null = null
    for (
      let round = this.#options.round ?? 0;
      this.#commands < commands && this.#findings.size < kindsMax;
      round++
    ) {
      await this.#round(round, new Random(seed, round + 1))
      replicas ??= ours.replicas()
    }
    return {
      commands: this.#commands,
      answers: this.#answers,
      answered: this.#answered,
      findings: [...this.#findings.values()],
      momentary: this.#momentary,
      allowances: this.#allowances,
      replicas,
    }
  }

  async #round(round: number, random: Random): Promise<void> {
    const units = Array.from({ length: unitsPerRound }, () => this.#options.units.draw(random))
    const found = await this.#compare(units, true)
    if (found === null) return
    const signature = signatureOf(found.difference)
    const known = this.#findings.get(signature)
    if (known !== undefined) {
      known.times++
      return
    }
    // What both sides agree on the second time was a matter of the moment.
    if ((await this.#compare(units.slice(0, found.unit + 1), false)) === null) {
      this.#momentary++
      return
    }
    const fewer = await this.#shrink(units.slice(0, found.unit + 1), signature)
    const shrunk = await this.#shrink(
      fewer.flat().map((line) => [line]),
      signature,
    )
    const shown = (await this.#compare(shrunk, false)) ?? found
    const finding = { ...shown.difference, round, units: shrunk, times: 1 }
    this.#findings.set(signature, finding)
    this.#options.note?.(describe(finding, this.#options.seed))
  }

  /** Runs units from empty databases; the first difference that is not allowed. */
  async #compare(
    units: readonly Unit[],
    isCounted: boolean,
  ): Promise<{ readonly unit: number; readonly difference: Difference } | null> {
    const { ours, theirs, wrap } = this.#options
    const sent = wrap === undefined ? units.flat() : units.flat().map(wrap)
    const lines: Line[] = [...fresh, ...sent]
    const asked = theirs.send(lines)
    const own = await ours.send(lines)
    const other = await asked
    const queue = new Queue()
    let at = fresh.length
    this.#isParted = false
    for (const [unit, each] of units.entries()) {
      for (const line of each) {
        const [x = '', y = ''] = [own[at], other[at]]
        at++
        if (isCounted) this.#count(line, y)
        const queued = queue.take(line, y)
        const difference = this.#difference(
          {
            line,
            name: nameOf(line),
            ours: x,
            theirs: y,
            hadGroupsChanged: queue.hadGroupsChanged,
          },
          queued,
          isCounted,
        )
        if (this.#isParted) return null
        if (difference === null) continue
        return { unit, difference }
      }
    }
    const left = await compareState(ours, theirs, (name) => ours.knows(name))
    if (left === null || this.#isAllowed(left, isCounted)) return null
    return { unit: units.length - 1, difference: left }
  }

  /** What differs and is not allowed, of a reply or of any item of EXEC's. */
  #difference(
    whole: Difference,
    queued: readonly Line[] | null,
    isCounted: boolean,
  ): Difference | null {
    const { line, name, ours, theirs } = whole
    if (isSame(line, name, ours, theirs) || this.#isAllowed(whole, isCounted)) return null
    const items = queued === null ? null : itemsOf(ours, theirs)
    if (items === null) return whole
    const isEqual = items.every(([a, b], i) => {
      const inner = queued?.[i] ?? []
      const part = { line: inner, name: nameOf(inner), ours: a, theirs: b }
      return isSame(inner, part.name, a, b) || this.#isAllowed(part, isCounted)
    })
    return isEqual ? null : whole
  }

  #count(line: Line, theirs: string): void {
    this.#commands++
    if (theirs[0] === '-') return
    this.#answers++
    const name = nameOf(line)
    this.#answered.set(name, (this.#answered.get(name) ?? 0) + 1)
  }

  #isAllowed(difference: Difference, isCounted: boolean): boolean {
    const allowance = allowanceFor(difference)
    if (allowance?.parts === true) this.#isParted = true
    if (allowance !== undefined && isCounted)
      this.#allowances.set(allowance.reason, (this.#allowances.get(allowance.reason) ?? 0) + 1)
    return allowance !== undefined
  }

  /** Leaves out halves, quarters and so on of the units while a difference of the same kind shows. */
  async #shrink(units: readonly Unit[], signature: string): Promise<readonly Unit[]> {
    let kept = units
    // Lines that belong together may show it only so.
    const whole = await this.#compare(kept, false)
    if (whole === null || signatureOf(whole.difference) !== signature) return kept
    let tries = 0
    for (
      let size = Math.ceil(kept.length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let at = kept.length - size; at > -size && tries < shrinkTriesMax; at -= size) {
        const from = Math.max(0, at)
        const fewer = [...kept.slice(0, from), ...kept.slice(at + size)]
        if (fewer.length === kept.length) continue
        tries++
        const found = await this.#compare(fewer, false)
        if (found === null || signatureOf(found.difference) !== signature) continue
        kept = fewer.slice(0, found.unit + 1)
        at = Math.min(at, kept.length)
      }
    }
    return kept
  }
}

/** They write to a stream and, in Redis, do not touch who watches it. */
const changesGroups = /^(xgroup\|\w+|xack|xreadgroup|xclaim|xautoclaim|xsetid)$/

/** Lines between MULTI and EXEC, whose replies come with EXEC's. */
class Queue {
  #lines: Line[] | null = null
  /** Null where nothing is watched; else whether consumer groups may have changed since. */
  #watch: boolean | null = null
  /** Of the EXEC that was taken last. */
  hadGroupsChanged = false

  /** For EXEC the lines that its reply answers. */
  take(line: Line, theirs: string): readonly Line[] | null {
    const name = nameOf(line)
    if (name === 'watch' && theirs === '+OK\r\n') this.#watch ??= false
    else if (this.#watch !== null && changesGroups.test(name)) this.#watch = true
    if (name === 'exec') this.hadGroupsChanged = this.#watch === true
    if (['exec', 'discard', 'unwatch'].includes(name)) this.#watch = null
    if (name === 'multi' && theirs === '+OK\r\n') this.#lines = []
    else if (theirs === '+QUEUED\r\n') this.#lines?.push(line)
    else if (name === 'exec' || name === 'discard') {
      const lines = this.#lines
      this.#lines = null
      if (name === 'exec') return lines
    }
    return null
  }
}

/** What kind of difference it is: the command and the shapes of both replies, without numbers. */
function signatureOf({ name, ours, theirs }: Difference): string {
  return `${name}: ${shape(ours)} | ${shape(theirs)}`
}

function shape(text: string): string {
  return text[0] === '-' ? text.replaceAll(/'[^']*'|[0-9]+/g, '_').slice(0, 80) : (text[0] ?? '')
}

/** Bytes of a reply that are shown, and how many of them before the first that differs. */
const shownMax = 400
const shownBefore = 120

export function describe(finding: Finding, seed: number): string {
  const { ours, theirs } = finding
  let same = 0
  while (same < ours.length && ours[same] === theirs[same]) same++
  const from = Math.max(0, same - shownBefore)
  const show = (text: string): string =>
    `${from > 0 ? `(from ${from}) ` : ''}${JSON.stringify(text.slice(from, from + shownMax))}`
  const words = (line: Line): string => `    ${JSON.stringify(line).slice(0, 600)}`
  return [
    `${finding.name}: SEED=${seed}, round ${finding.round}`,
    ...finding.units.flat().map(words),
    `  at ${JSON.stringify(finding.line).slice(0, 600)}`,
    `  redis ${show(finding.theirs)}`,
    `  ours  ${show(finding.ours)}`,
  ].join('\n')
}
