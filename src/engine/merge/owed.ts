// Keys that ended here before they were given another time elsewhere: the next own entry removes them for all.
// What comes to one of them until then was done to the key that ended, unless it makes the key anew.

/** What is beyond is left to repair. */
const keysMax = 65_536

export class Owed {
  /** Database and key, of each once. */
  #keys = new Map<string, readonly [number, string]>()

  get isAny(): boolean {
    return this.#keys.size > 0
  }

  add(db: number, key: string): void {
    if (this.#keys.size < keysMax) this.#keys.set(`${db} ${key}`, [db, key])
  }

  has(db: number, key: string): boolean {
    return this.#keys.size > 0 && this.#keys.has(`${db} ${key}`)
  }

  /** It was made anew, or removed. */
  drop(db: number, key: string): void {
    if (this.#keys.size > 0) this.#keys.delete(`${db} ${key}`)
  }

  /** All of them; none is owed behind it. */
  take(): Iterable<readonly [number, string]> {
    const keys = this.#keys
    this.#keys = new Map()
    return keys.values()
  }
}
