// Where pushes of one connection stand among its replies. Replies leave in the order of their tickets;
// one that was made before a push, and waits for an older one, must still leave before it: a value
// behind its own invalidation would be kept for ever.

export class Pushes {
  /** The newest ticket whose reply was made, or begun, while older ones are open. */
  #made = -1
  readonly #texts = new Map<number, string>()
  /** Characters that wait. */
  chars = 0

  /** The reply of an open ticket is being made: pushes from here on follow it. */
  hold(ticket: number): void {
    if (ticket > this.#made) this.#made = ticket
  }

  /** Keeps a push for later; false where nothing is in its way. `first` is the oldest open ticket. */
  keep(text: string, first: number): boolean {
    if (this.#made < first) return false
    this.#texts.set(this.#made, (this.#texts.get(this.#made) ?? '') + text)
    this.chars += text.length
    return true
  }

  /** What follows the reply of `ticket`, once. */
  take(ticket: number): string {
    const text = this.#texts.get(ticket)
    if (text === undefined) return ''
    this.#texts.delete(ticket)
    this.chars -= text.length
    return text
  }
}
