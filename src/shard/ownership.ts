// Which slots a group owns: replicated state, kept by the engine and looked at before each command is executed. While
// nothing ever moved there is none, and a command costs one look. A refused command was not executed: whoever asked
// for it routes it again.

import type { Engine } from '../api/engine.js'
import type { EntryHead } from '../api/entry.js'
import { commandOf, findKeys } from '../api/keys.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import { keyedScripts } from '../api/scripts.js'
import {
  decodeSlotState,
  encodeSlotState,
  holdsSlot,
  isSlotRefusal,
  nothingMoved,
  slotAgain,
  slotGone,
  slotHeld,
  slotsName,
  slotsOf,
  type SlotRun,
  type SlotState,
  wholeName,
  wholeWanted,
} from '../api/slot-moves.js'
import type { OwnedSlots } from '../api/topology.js'
import { decodeTransaction, execName, watchName } from '../api/transaction.js'
import { keySlot, slotCount } from '../base/keyslot.js'
import { hasBug } from '../base/seeded-bug.js'
import { effectCalls, isEffects } from './script-effects.js'

/** Of a slot: the shard group that it went to, plus `goneFrom`. */
const owned = 0
const frozen = 1
const importing = 2
const goneFrom = 3

export class Ownership {
  #state: SlotState = nothingMoved
  /** Null while nothing ever moved. */
  #marks: Uint16Array | null = null
  /** The state is not kept yet. */
  #isChanged = false
  /** Who owns what stands in the topology: nothing of it is kept here. */
  #isTold = false
  /** Of slots that are about to change hands nothing is read either. */
  #isStrict = false
  /** Calls with copies of an attempt that this member took, since it swept for it. */
  taken = { attempt: 0, count: 0 }
  /** Own slots of commands that were refused in the open entry. */
  readonly #passed = new Set<number>()

  /** Nothing ever moved: no command is refused. */
  get isNone(): boolean {
    return this.#marks === null
  }

  get state(): SlotState {
    return this.#state
  }

  /** Takes what the engine keeps. */
  attach(engine: Engine): void {
    if (this.#isTold) {
      this.#passed.clear()
      return this.#hide(engine)
    }
    const text = engine.moving?.state() ?? null
    this.#isChanged = false
    // Of an entry in whose midst a snapshot came.
    this.#passed.clear()
    this.#take(text === null ? null : decodeSlotState(text))
  }

  /** As the topology has it. */
  tell(engine: Engine, state: SlotState): void {
    this.#isTold = true
    this.#take({ ...state, refused: this.#state.refused })
    this.#hide(engine)
  }

  /** Slots that are another group's; its keys may still be here. */
  get hidden(): readonly SlotRun[] {
    if (!this.#isTold) return []
    const { gone, importing: coming } = this.#state
    return [...gone.map(([from, to]) => [from, to] as const), ...(coming?.slots ?? [])]
  }

  /** Whether nobody hears of a key, as its slot is another group's. */
  hides(key: string): boolean {
    return this.#isTold && isElsewhere(this.#marks?.[keySlot(key)] ?? owned)
  }

  /** By a call of a move, within an entry. */
  change(engine: Engine, state: SlotState): void {
    this.#take(state)
    if (!this.#isTold) engine.moving?.keep(encodeSlotState(state))
    this.#isChanged = false
  }

  /**
   * As `refuses`, of the open entry: what follows a refused command there and has any of its keys would overtake it,
   * whoever owns those.
   */
  executes(engine: Engine, args: readonly string[], head: EntryHead): ErrorReply | null {
    const refusal = this.refuses(engine, args, head)
    if (refusal === null || hasBug('move-passes-refused')) return refusal
    for (const key of keysOf(engine, args)) {
      const slot = keySlot(key)
      if (this.#marks?.[slot] === owned) this.#passed.add(slot)
    }
    return refusal
  }

  /** Whether none of these slots changes hands, nor went away. */
  ownsAll(slots: Iterable<number>): boolean {
    for (const slot of slots) if ((this.#marks?.[slot] ?? owned) !== owned) return false
    return true
  }

  /** Whether a slot went to another group. */
  lacks(slot: number): boolean {
    return (this.#marks?.[slot] ?? owned) >= goneFrom
  }

  /** Scripts that were tried out may not stand for what is executed. */
  get isUnsettled(): boolean {
    return this.#state.refused.length > 0
  }

  /** Why a command may not be executed, or null. Without a head: a read outside the log. */
  refuses(engine: Engine, args: readonly string[], head: EntryHead | null): ErrorReply | null {
    const marks = this.#marks
    if (marks === null) return null
    const name = args[0] ?? ''
    if (name === slotsName || name === wholeName) return null
    if (isEffects(args))
      return this.#refusesAny(engine, effectCalls(args, hiddenFromOf(engine)), head)
    if (name === execName) {
      const decoded = decodeTransaction(args)
      if (decoded === null) return null
      for (const { key } of decoded.watched) {
        const refusal = this.#ofKey(marks, key, head)
        if (refusal !== null) return refusal
      }
      return this.#refusesAny(
        engine,
        decoded.calls.map((call) => call.args),
        head,
      )
    }
    if (name === watchName) return this.#ofKeys(marks, args, { from: 1, head })
    // The engine has no scripts: the leader that is about to run one asks.
    if (keyedScripts.has(name)) {
      const keys = args.slice(3, 3 + (Number(args[2]) || 0))
      return this.#ofKeys(marks, keys, { from: 0, head })
    }
    const spec = commandOf(engine.commands, args)
    if (spec === undefined) return null
    if (spec.keys.length === 0 && spec.findKeys === undefined) {
      return spec.gather === 'refuse' || spec.gather === 'each' ? null : wholeWanted
    }
    for (const { at } of findKeys(spec, args) ?? []) {
      const refusal = this.#ofKey(marks, args[at] as string, head)
      if (refusal !== null) return refusal
    }
    return null
  }

  /** Commands that a waiting one would be executed as. */
  freezes(engine: Engine, attempts: readonly (readonly string[])[]): boolean {
    this.#isStrict = true
    const refusal = this.#refusesAny(engine, attempts, null)
    this.#isStrict = false
    return refusal !== null
  }

  /** An entry is executed: what it sent before it hears of a refusal is refused, too. */
  closed(engine: Engine, head: EntryHead, replies: readonly Reply[]): void {
    const { origin, incarnation, sequence, acknowledged } = head
    const before = this.#state.refused
    const own = before.find((each) => each.origin === origin)
    const isOver =
      own !== undefined && (own.incarnation !== incarnation || own.sequence <= acknowledged)
    const isRefused = replies.some(
      (reply) => isSlotRefusal(reply) && reply.text !== wholeWanted.text,
    )
    if ((isRefused || isOver) && !hasBug('move-overtakes')) {
      const others = before.filter((each) => each !== own)
      const { leaving, gone } = this.#state
      const slots = [
        ...(isOver ? [] : (own?.slots ?? [])),
        ...(leaving?.slots ?? []),
        ...gone.map(([from, to]) => [from, to] as const),
        ...[...this.#passed].map((slot) => [slot, slot] as const),
      ]
      const made = isRefused ? [{ origin, incarnation, sequence, slots: distinct(slots) }] : []
      this.#state = { ...this.#state, refused: [...others, ...made] }
      this.#isChanged = true
    }
    this.#passed.clear()
    if (this.#isChanged) this.change(engine, this.#state)
  }

  #refusesAny(
    engine: Engine,
    calls: Iterable<readonly string[]>,
    head: EntryHead | null,
  ): ErrorReply | null {
    for (const args of calls) {
      const refusal = this.refuses(engine, args, head)
      // Alone it would be asked of all groups; in a transaction it is this group's.
      if (refusal !== null && refusal !== wholeWanted) return refusal
      // Of a slot that is frozen nothing may go either: the copies would come back. Nor of copies that stand where they
      // will be: what they are of stays.
      const isHeld = this.#state.leaving?.isFrozen === true || this.#hasCopies
      if (refusal !== null && isHeld && changes(engine, args)) return slotHeld
    }
    return null
  }

  get #hasCopies(): boolean {
    return this.#isTold && this.#state.importing !== null
  }

  #ofKeys(
    marks: Uint16Array,
    args: readonly string[],
    of: { readonly from: number; readonly head: EntryHead | null },
  ): ErrorReply | null {
    for (let at = of.from; at < args.length; at++) {
      const refusal = this.#ofKey(marks, args[at] as string, of.head)
      if (refusal !== null) return refusal
    }
    return null
  }

  #ofKey(marks: Uint16Array, key: string, head: EntryHead | null): ErrorReply | null {
    const slot = keySlot(key)
    const mark = marks[slot] as number
    if (mark >= goneFrom) return slotGone(runOf(marks, slot))
    if (mark === frozen && hasBug('move-not-frozen')) return null
    if (mark === frozen && this.#isTold && hasBug('move-closed-opens')) return null
    // What members show of it is as late as ever, and no later.
    if (mark === frozen && head === null && this.#isTold && !this.#isStrict) return null
    if (mark !== owned) return slotHeld
    if (head === null) return null
    return this.#passed.has(slot) || this.#overtakes(slot, head) ? slotAgain : null
  }

  /** Whether what an origin sent before was refused, and it had not heard of that. */
  #overtakes(slot: number, { origin, incarnation, acknowledged }: EntryHead): boolean {
    return this.#state.refused.some(
      (each) =>
        each.origin === origin &&
        each.incarnation === incarnation &&
        each.sequence > acknowledged &&
        holdsSlot(each.slots, slot),
    )
  }

  #hide(engine: Engine): void {
    const marks = this.#marks
    if (marks === null) return
    const slots = Uint8Array.from(marks, (mark) => (isElsewhere(mark) ? 1 : 0))
    engine.moving?.hide(slots.includes(1) ? slots : null)
  }

  #take(state: SlotState | null): void {
    this.#state = state ?? nothingMoved
    if (state === null) {
      this.#marks = null
      return
    }
    const marks = new Uint16Array(slotCount)
    for (const [from, to, shard] of state.gone) marks.fill(goneFrom + shard, from, to + 1)
    for (const slot of slotsOf(state.importing?.slots ?? [])) marks[slot] = importing
    if (state.leaving?.isFrozen === true) {
      for (const slot of slotsOf(state.leaving.slots)) marks[slot] = frozen
    }
    this.#marks = marks
  }
}

/** Its keys may be here all the same: they are copies, or what was left behind. */
function isElsewhere(mark: number): boolean {
  return mark === importing || mark >= goneFrom
}

function changes(engine: Engine, args: readonly string[]): boolean {
  return commandOf(engine.commands, args)?.flags.includes('write') === true
}

function distinct(runs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const made = new Map(runs.map((run) => [`${run[0]}-${run[1]}`, run]))
  return [...made.values()]
}

/** Of slots that went to the same shard group. */
function runOf(marks: Uint16Array, slot: number): OwnedSlots {
  const mark = marks[slot] as number
  let [from, to] = [slot, slot]
  while (marks[from - 1] === mark) from--
  while (marks[to + 1] === mark) to++
  return [from, to, mark - goneFrom]
}

function hiddenFromOf({ scripting }: Engine): number {
  return scripting?.hiddenFrom ?? Number.POSITIVE_INFINITY
}

/** Keys of a command, of a transaction with what it watches, or of what a script did. */
function* keysOf(engine: Engine, args: readonly string[]): Iterable<string> {
  if (isEffects(args)) {
    for (const call of effectCalls(args, hiddenFromOf(engine))) yield* keysOf(engine, call)
    return
  }
  if (args[0] === execName) {
    const { watched, calls } = decodeTransaction(args) ?? { watched: [], calls: [] }
    for (const { key } of watched) yield key
    for (const call of calls) yield* keysOf(engine, call.args)
    return
  }
  const spec = commandOf(engine.commands, args)
  for (const { at } of spec === undefined ? [] : (findKeys(spec, args) ?? [])) {
    yield args[at] as string
  }
}
