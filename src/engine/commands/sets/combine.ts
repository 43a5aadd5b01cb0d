// SINTER, SUNION, SDIFF and what is built on them: members of one set are taken in turn and looked for
// in the others. Keys first, as Redis does: a wrong type is told even where the answer is empty anyway.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { isInt64 } from '../../values/integer.js'
import { allMembers } from './all-members.js'
import {
  compareIntegers,
  hasMember,
  orderedMembers,
  SetValue,
  setEncodings,
} from '../../values/set.js'

export type Combination = 'inter' | 'union' | 'diff'

export interface Combining {
  readonly kind: Combination
  /** Indexes of the first key and behind the last one. */
  readonly from: number
  readonly end: number
  /** Whether the result is written: keys are looked up for a write then. */
  readonly isStore: boolean
  /** Told of every member of a difference's first set where Redis would copy that one first. */
  meet?(member: string): void
  /** Takes a member of the result, of a union perhaps again; false to stop. */
  take(member: string): boolean
  /** The answer; or `later` where it began another walk. */
  finish(): Reply | typeof later
}

export function combine(
  context: Context,
  args: readonly string[],
  combining: Combining,
): Reply | typeof later {
  const machine = new Combine(context, args, combining)
  if (combining.end - combining.from > limits.stepElements) {
    return context.meetsLate() ? later : context.begin(machine)
  }
  const reply = machine.step(limits.stepElements)
  return machine.isOver ? reply : context.begin(machine)
}

/** The result as the answer. */
export function answerOf(
  context: Context,
  args: readonly string[],
  kind: Combination,
): Reply | typeof later {
  const keys = { kind, from: 1, end: args.length, isStore: false }
  if (kind === 'union') {
    const made = new SetValue()
    return combine(context, args, {
      ...keys,
      take(member) {
        context.effects.sets.add('', made, member)
        return true
      },
      finish: () => allMembers(context, made, (items) => ({ type: 'set', items })),
    })
  }
  const members: string[] = []
  return combine(context, args, {
    ...keys,
    take(member) {
      members.push(member)
      return true
    },
    finish() {
      // Redis gathers a difference in a set, an intersection not.
      const { compact } = context.keyspace
      if (kind === 'diff' && members.length <= compact.intsetEntries && members.every(isInt64)) {
        members.sort(compareIntegers)
      }
      return { type: 'set', items: members }
    },
  })
}

/** The result to the key at `args[1]`; answers its size. */
export function storeOf(
  context: Context,
  args: readonly string[],
  kind: Combination,
): Reply | typeof later {
  const target = args[1] as string
  const made = new SetValue()
  let encoding: number = setEncodings.intset
  let met = 0
  return combine(context, args, {
    kind,
    from: 2,
    end: args.length,
    isStore: true,
    meet(member) {
      encoding = context.keyspace.compact.ofSet(encoding, ++met, member)
    },
    take(member) {
      context.effects.sets.add('', made, member)
      return true
    },
    finish() {
      const { size } = made.body
      if (encoding > made.encoding) context.effects.sets.encode('', made, encoding)
      if (size > 0) context.effects.put(target, made, `s${kind}store`)
      else if (context.findStored(target) !== undefined) context.effects.remove(target, 'del')
      return size
    },
  })
}

class Combine implements Machine {
  readonly #context: Context
  readonly #args: readonly string[]
  readonly #combining: Combining
  readonly #sets: (SetValue | undefined)[] = []
  /** Sets whose members are taken in turn, and those in which they are looked for. */
  #walked: readonly SetValue[] = []
  #others: readonly SetValue[] = []
  #isReady = false
  #isOver = false
  #isCopied = false
  #set = 0
  #part = 0
  #members: Iterator<string> | null = null
  /** The member that is looked for, and how many of the others were asked. */
  #member: string | null = null
  #asked = 0

  constructor(context: Context, args: readonly string[], combining: Combining) {
    this.#context = context
    this.#args = args
    this.#combining = combining
  }

  /** Whether the last step answered, or handed over to another machine. */
  get isOver(): boolean {
    return this.#isOver
  }

  step(budget: number): Reply | typeof later {
    let left = budget
    const { from, end } = this.#combining
    for (; left > 0 && this.#sets.length < end - from; left--) {
      if (!this.#find(this.#args[from + this.#sets.length] as string)) return this.#end(wrongType)
    }
    if (this.#sets.length < end - from) return later
    if (!this.#isReady) this.#prepare()
    for (; left > 0; left--) {
      if (this.#member === null) {
        this.#member = this.#next()
        this.#asked = 0
        if (this.#member === null) return this.#end(this.#combining.finish())
        if (this.#isCopied) this.#combining.meet?.(this.#member)
      }
      if (!this.#ask(this.#member)) return this.#end(this.#combining.finish())
    }
    return later
  }

  #end(reply: Reply | typeof later): Reply | typeof later {
    this.#isOver = true
    return reply
  }

  /** Looks a key up; false where it is no set. */
  #find(key: string): boolean {
    const value = this.#context.lookup(key)
    if (value !== undefined && (typeof value === 'string' || value.type !== 'set')) return false
    this.#sets.push(value)
    return true
  }

  #prepare(): void {
    this.#isReady = true
    const sets = this.#sets
    const present = sets.filter((set) => set !== undefined)
    switch (this.#combining.kind) {
      case 'union':
        this.#walked = present
        return
      case 'diff': {
        const [first] = sets
        if (first === undefined) return
        this.#walked = [first]
        this.#others = present.slice(1)
        this.#isCopied = isCopiedByRedis(first, present)
        return
      }
      case 'inter': {
        if (present.length < sets.length) return
        present.sort((a, b) => a.body.size - b.body.size)
        this.#walked = present.slice(0, 1)
        this.#others = present.slice(1)
      }
    }
  }

  /** One question about a member; false where the walk is over. */
  #ask(member: string): boolean {
    const other = this.#others[this.#asked]
    if (other === undefined) {
      this.#member = null
      return this.#combining.take(member)
    }
    const isKept = hasMember(other, member) === (this.#combining.kind === 'inter')
    if (isKept) this.#asked++
    else this.#member = null
    return true
  }

  #next(): string | null {
    for (;;) {
      if (this.#members !== null) {
        const next = this.#members.next()
        if (next.done !== true) return next.value
      }
      const set = this.#walked[this.#set]
      if (set === undefined) return null
      this.#members = this.#open(set)
    }
  }

  /** The members of the next part; an intset has one, and its order is that of its numbers. */
  #open(set: SetValue): Iterator<string> | null {
    const part = set.body.parts[this.#part++]
    if (part !== undefined) {
      return set.encoding === setEncodings.intset ? orderedMembers(set).values() : part.map.keys()
    }
    this.#part = 0
    this.#set++
    return null
  }
}

/** Of its two ways to a difference Redis takes the one of less work: this one leaves its mark on the encoding. */
function isCopiedByRedis(first: SetValue, present: readonly SetValue[]): boolean {
  const sizes = present.reduce((sum, set) => sum + set.body.size, 0)
  return Math.floor((first.body.size * present.length) / 2) > sizes
}
