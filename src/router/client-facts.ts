// What a connection says of itself, and when it was last heard. Only CLIENT and INFO read it.

export interface ClientFacts {
  name: string
  libraryName: string
  libraryVersion: string
  /** Monotonic milliseconds. */
  readonly connectedAt: number
  heardAt: number
  lastCommand: string
  /** Its name as it was sent. */
  lastWord: string
  inputBytes: number
  /** Of the chunk whose commands run now. */
  queryBytes: number
  outputBytes: number
  commands: number
  noEvict: boolean
  noTouch: boolean
  /** Whether it wants to hear of planned work, and to be told where to go on meanwhile. */
  maintenance: 'off' | 'address' | 'no-address'
}

export function makeClientFacts(mono: number): ClientFacts {
  return {
    name: '',
    libraryName: '',
    libraryVersion: '',
    connectedAt: mono,
    heardAt: mono,
    lastCommand: 'NULL',
    lastWord: '',
    inputBytes: 0,
    queryBytes: 0,
    outputBytes: 0,
    commands: 0,
    noEvict: false,
    noTouch: false,
    maintenance: 'off',
  }
}
