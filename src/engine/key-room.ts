// How much room a table of keys gets, and where in its index a key stands.

/** Keys up to which their prints are looked through. */
export const fewMax = 16
/** Keys up to which they stand in a list. */
export const listMax = 1_000

/** Room for some more than there are: 4 keys, then 8, 12 and 16, then a quarter more each time. */
export function roomFor(size: number): number {
  if (size < fewMax) return size + 4 - (size % 4)
  return Math.min(listMax, size + slackOf(size))
}

export function churnedRoomFor(size: number): number {
  return Math.min(listMax, size + (slackOf(size) >> 1))
}

export function slackOf(size: number): number {
  return Math.max(8, size >> 2)
}

/** Which word of an index a print belongs to: its upper bits are those of the segment's range. */
export function wordOf(print: number, words: number): number {
  return Math.floor(((Math.imul(print, 0x9e3779b1) >>> 0) * words) / 0x100000000)
}
