// A set: members by their hash, in order of insertion within a part.

import { hashString } from '../../base/hash.js'
import { type MapPart, memberKind } from './map-part.js'
import { Body, hashedEnd } from './part.js'

/** Codes of a set's encoding, as rows have them. */
export const setEncodings = { intset: 0, listpack: 1, hashtable: 2 } as const

export class SetValue {
  readonly type = 'set'
  readonly body: Body<MapPart>
  /** Redis' encoding, which never goes back. */
  encoding: number = setEncodings.intset

  constructor(body: Body<MapPart> = new Body(memberKind, hashedEnd)) {
    this.body = body
  }

  withBody(body: Body): SetValue {
    const made = new SetValue(body as Body<MapPart>)
    made.encoding = this.encoding
    return made
  }
}

export function hasMember(set: SetValue, member: string): boolean {
  const { body } = set
  const index = body.parts.length === 1 ? 0 : body.indexOf(hashString(member))
  return (body.parts[index] as MapPart).map.has(member)
}

/** The members of a set in the order in which Redis answers them where it has one: an intset's is that of numbers. */
export function orderedMembers(set: SetValue): string[] {
  const members: string[] = []
  for (const part of set.body.parts) for (const member of part.map.keys()) members.push(member)
  return set.encoding === setEncodings.intset ? members.sort(compareIntegers) : members
}

/** Order of integers by their canonical decimal texts, of any length. */
export function compareIntegers(a: string, b: string): number {
  const isNegative = a.charCodeAt(0) === 45
  if (isNegative !== (b.charCodeAt(0) === 45)) return isNegative ? -1 : 1
  const order = a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
  return isNegative ? -order : order
}
