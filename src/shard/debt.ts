// What the leader owes other origins: to ask for a batch that it waits for.

/** What an origin was told to send last, until it does. */
export interface Debt {
  readonly incarnation: number
  /** 0 where it was not told. */
  readonly told: number
  /** The strategy took nothing: asked before something is committed, the origin would mostly send in vain. */
  readonly refused: Refused | null
}

export interface Refused {
  readonly commit: number
  /** Monotonic ms. */
  readonly at: number
}
