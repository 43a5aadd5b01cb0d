// The effects on sets.

import { hashString } from '../../base/hash.js'
import type { Changes } from '../changes.js'
import { kinds } from '../merge/cell.js'
import type { Recorder } from '../merge/recorder.js'
import { type MapPart, memberBytes } from '../values/map-part.js'
import type { SetValue } from '../values/set.js'

export class SetEffects {
  readonly #changes: Changes
  recorder: Recorder | null = null

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Adds a member; whether it is new. */
  add(key: string, set: SetValue, member: string): boolean {
    const index = indexOf(set, member)
    // A member that is there already is written anew: whoever removes the older write has not seen this one.
    if (this.recorder !== null && set.body.isHomed) {
      this.recorder.write(key, { kind: kinds.set, name: member, payload: '' })
    }
    if ((set.body.parts[index] as MapPart).map.has(member)) return false
    this.#changes.begin(key, set, index)
    const part = set.body.parts[index] as MapPart
    part.map.set(member, '')
    this.#changes.end(1, memberBytes(member))
    this.encode(key, set, this.#changes.compact.ofSet(set.encoding, set.body.size, member))
    return true
  }

  /** Removes a member; whether it was there. */
  remove(key: string, set: SetValue, member: string): boolean {
    const index = indexOf(set, member)
    if (!(set.body.parts[index] as MapPart).map.has(member)) return false
    if (this.recorder !== null) this.recorder.erase(key, kinds.set, member)
    this.#changes.begin(key, set, index)
    const part = set.body.parts[index] as MapPart
    part.map.delete(member)
    this.#changes.end(-1, -memberBytes(member))
    return true
  }

  encode(key: string, set: SetValue, encoding: number): void {
    if (set.encoding === encoding) return
    this.#changes.header(key, set)
    set.encoding = encoding
  }
}

function indexOf(set: SetValue, member: string): number {
  return set.body.parts.length === 1 ? 0 : set.body.indexOf(hashString(member))
}
