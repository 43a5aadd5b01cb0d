// Which place of the keyspace each database that clients name is: SWAPDB exchanges two, and not a key is
// moved. The order is kept as the value of a hidden key, so checkpoints, snapshots and the digest have it.

export class Places {
  readonly #places: number[]
  readonly #names: number[]

  constructor(databases: number) {
    this.#places = Array.from({ length: databases }, (_, at) => at)
    this.#names = this.#places.slice()
  }

  /** Place of a database. */
  of(db: number): number {
    return this.#places[db] ?? db
  }

  /** Database at a place. */
  nameOf(place: number): number {
    return this.#names[place] ?? place
  }

  swap(a: number, b: number): void {
    const [placeA, placeB] = [this.of(a), this.of(b)]
    this.#set(a, placeB)
    this.#set(b, placeA)
  }

  /** The places in the order of the databases, one character each, without those that never moved at the end. */
  toText(): string {
    let end = this.#places.length
    while (end > 0 && this.#places[end - 1] === end - 1) end--
    return String.fromCharCode(...this.#places.slice(0, end))
  }

  fromText(text: string): void {
    for (let db = 0; db < text.length; db++) this.#set(db, text.charCodeAt(db))
  }

  #set(db: number, place: number): void {
    this.#places[db] = place
    this.#names[place] = db
  }
}
