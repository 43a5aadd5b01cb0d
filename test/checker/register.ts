// The sequential model of one key for the linearizability checker: a register that holds a string or
// nothing, with the commands that the simulated clients send. Replies are RESP in canonical form:
// `+OK`, `:5`, `$text`, `_` for nil, `-ERR ...`.

/** State of one key: its string, or null where it does not exist. */
export type Register = string | null

export interface RegisterResult {
  readonly state: Register
  readonly reply: string
}

/** Commands that never change the register: an unknown outcome of one says nothing. */
export const readCommands: ReadonlySet<string> = new Set(['get', 'strlen', 'exists', 'ttl'])

const wrongInteger = '-ERR value is not an integer or out of range'

/** Executes one command; `args` are the name in lower case, the key, and the rest. */
export function applyCommand(state: Register, args: readonly string[]): RegisterResult {
  const value = args[2] ?? ''
  switch (args[0]) {
    case 'get':
      return { state, reply: bulk(state) }
    case 'strlen':
      return { state, reply: `:${state === null ? 0 : state.length}` }
    case 'exists':
      return { state, reply: state === null ? ':0' : ':1' }
    case 'set':
      return { state: value, reply: '+OK' }
    case 'setnx':
      return state === null ? { state: value, reply: ':1' } : { state, reply: ':0' }
    case 'setxx':
      return state === null ? { state, reply: '_' } : { state: value, reply: '+OK' }
    case 'getset':
      return { state: value, reply: bulk(state) }
    case 'getdel':
      return { state: null, reply: bulk(state) }
    case 'del':
      return { state: null, reply: state === null ? ':0' : ':1' }
    case 'append': {
      const grown = (state ?? '') + value
      return { state: grown, reply: `:${grown.length}` }
    }
    case 'lapse':
      // The time of a value with a TTL is over; made by the history, never sent.
      return { state: state === value ? null : state, reply: '+OK' }
    case 'incr':
      return increment(state, 1)
    case 'incrby':
      return increment(state, Number(value))
    default:
      throw new Error(`the register has no command ${args[0] ?? ''}`)
  }
}

function bulk(state: Register): string {
  return state === null ? '_' : `$${state}`
}

function increment(state: Register, by: number): RegisterResult {
  const text = state ?? '0'
  if (!/^(0|-?[1-9][0-9]{0,14})$/.test(text)) return { state, reply: wrongInteger }
  const sum = String(Number(text) + by)
  return { state: sum, reply: `:${sum}` }
}
