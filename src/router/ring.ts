// Rings of what belongs to open tickets: an element of a ticket is at its lowest bits.

/** A ring of twice the size with the same open tickets. */
export function grown<T>(
  ring: readonly (T | null)[],
  open: { first: number; next: number },
): (T | null)[] {
  const made = new Array<T | null>(ring.length * 2).fill(null)
  for (let ticket = open.first; ticket < open.next; ticket++) {
    made[ticket & (made.length - 1)] = ring[ticket & (ring.length - 1)] ?? null
  }
  return made
}
