// Which commands name channels: they have no key specification for them.

export interface ChannelUse {
  /** All arguments are channels; else the first one is. */
  readonly all: boolean
  /** They are patterns, which a user must have been given literally. */
  readonly isPattern: boolean
}

const uses: ReadonlyMap<string, ChannelUse> = new Map([
  ['publish', { all: false, isPattern: false }],
  ['spublish', { all: false, isPattern: false }],
  ['subscribe', { all: true, isPattern: false }],
  ['ssubscribe', { all: true, isPattern: false }],
  ['psubscribe', { all: true, isPattern: true }],
])

/** Null for a command without channels. */
export function channelsOf(name: string): ChannelUse | null {
  return uses.get(name) ?? null
}
