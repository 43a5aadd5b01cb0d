// What is known of one member of a group whose members merge.

import { Held } from './held.js'

export interface MergingSeat {
  /** Executed, in this run of the member. */
  held: Held
  /** Some slots show more than is held: a repair runs, or what it brought is still to come. */
  isAhead: boolean
  /** Handed out for execution. */
  handed: Held
  /** On its disk. */
  durable: Held
  /** The greatest stamp that is held. */
  top: number
  stable: number
  recovering: boolean
  isUp: boolean
  /** It lost entries, and heard of nobody's since this run began: what it writes has not seen what is stable. */
  isBlind: boolean
  /** Its disk lost or altered something since its last start. */
  damaged: boolean
  /** The last end was a loss of power. */
  power: boolean
  /** Entries of its making, ascending. */
  readonly made: number[]
}

export function freshSeat(): MergingSeat {
  return {
    held: new Held(),
    isAhead: false,
    handed: new Held(),
    durable: new Held(),
    top: 0,
    stable: 0,
    recovering: false,
    isUp: false,
    isBlind: false,
    damaged: false,
    power: false,
    made: [],
  }
}
