// SCAN's cursor: a position in the order (slot, hash of the key), the same on every member and in every
// group. SCAN answers every key with cursor <= position < next, so the pages of several groups merge.

import { hashString } from '../base/hash.js'
import { keySlot, slotCount } from '../base/keyslot.js'

const hashCount = 0x100000000

/** Greatest cursor that Redis reads. */
const cursorMax = '18446744073709551615'

/** Behind the last position. */
export const scanEnd = slotCount * hashCount

/** Where a key stands in the order of SCAN; below 2^46. Keys of equal position go together. */
export function scanPosition(key: string): number {
  return keySlot(key) * hashCount + hashString(key)
}

/** Where the keys of a slot begin. */
export function slotCursor(slot: number): number {
  return slot * hashCount
}

/** Slot and least hash of a cursor. */
export function splitCursor(cursor: number): { readonly slot: number; readonly hash: number } {
  const slot = Math.floor(cursor / hashCount)
  return { slot, hash: cursor - slot * hashCount }
}

/**
 * A cursor from its text, null where it is none; any number beyond the end is the end. A sign is taken
 * as Redis takes it: a negative cursor stands for one far beyond the end.
 */
export function parseCursor(given: string): number | null {
  // Redis reads it with strtoul: up to a NUL, and nothing is zero.
  const nul = given.indexOf('\0')
  const text = nul < 0 ? given : given.slice(0, nul)
  if (text.length > 20) return null
  const isNegative = text[0] === '-'
  const from = isNegative || text[0] === '+' ? 1 : 0
  if (from === 1 && text.length === 1) return null
  if (text.length - from === 20 && text.slice(from) > cursorMax) return null
  let value = 0
  for (let i = from; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  return value < scanEnd && (!isNegative || value === 0) ? value : scanEnd
}

/** One group's page: the next cursor, 0 at its end, and its keys. */
export interface ScanPage {
  readonly next: number
  readonly keys: readonly string[]
}

/**
 * The page of several groups that were asked with one cursor: up to the least next cursor, where 0
 * stands for the end. What a group answered beyond that comes again with the next page.
 */
export function mergePages(pages: readonly ScanPage[]): ScanPage {
  let next = scanEnd
  for (const page of pages) if (page.next !== 0 && page.next < next) next = page.next
  const keys: string[] = []
  for (const page of pages) {
    for (const key of page.keys) if (scanPosition(key) < next) keys.push(key)
  }
  return { next: next === scanEnd ? 0 : next, keys }
}
