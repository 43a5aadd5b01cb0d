// Executes the reads of a round whose index is applied, in their order.

import { type Engine, type Execution, later, needsLog } from '../api/engine.js'
import type { GroupCall, Lane } from '../api/group.js'
import type { Reply } from '../api/reply.js'
import type { ExecutorHost } from './executor-host.js'
import type { ReadRound } from './reads.js'
import type { Stint } from './stint.js'
import { Upcoming } from './upcoming.js'

export interface RoundReaderInit {
  readonly host: Pick<ExecutorHost, 'read' | 'intoLog'>
  readonly stint: Stint
  readonly engine: () => Engine
  read(round: ReadRound, db: number, args: readonly string[]): Execution
}

export class RoundReader {
  readonly #init: RoundReaderInit
  readonly #upcoming = new Upcoming()
  /** The last read goes on in steps: its reply comes with `take`. */
  isOpen = false

  constructor(init: RoundReaderInit) {
    this.#init = init
  }

  /** At most `budget` reads; what was spent. */
  read(round: ReadRound, budget: number): number {
    const { host, stint } = this.#init
    const { lanes, calls, reads } = round
    let end = Math.min(calls.length, round.next + budget)
    const from = round.next
    this.isOpen = false
    round.isBegun = true
    stint.begin()
    while (round.next < end) {
      this.#upcoming.reads(this.#init.engine(), round, end)
      const call = calls[round.next] as GroupCall
      // An earlier read of the lane went into the log: this one follows it.
      if ((lanes[round.next] as Lane).writes > 0 && !reads.overtakes) {
        host.intoLog(lanes[round.next++] as Lane, call)
        continue
      }
      stint.before(call.args)
      const reply = this.#init.read(round, call.db, call.args)
      if (reply === later) {
        this.isOpen = true
        stint.opened()
        return round.next - from + 1
      }
      stint.after(call.args, (lanes[round.next] as Lane).caller, round.next)
      const lane = lanes[round.next++] as Lane
      if (reply === needsLog) host.intoLog(lane, call)
      else host.read(lane, call, reply)
      if (stint.isLong) end = round.next
    }
    stint.end()
    if (round.next === calls.length) reads.finish()
    return stint.isLong ? budget : end - from + 1
  }

  /** The reply of a read that took long. */
  take(round: ReadRound, reply: Reply | typeof needsLog): void {
    const { host, stint } = this.#init
    const at = round.next++
    const lane = round.lanes[at] as Lane
    const call = round.calls[at] as GroupCall
    stint.after(call.args, lane.caller, at)
    stint.end()
    if (reply === needsLog) host.intoLog(lane, call)
    else host.read(lane, call, reply)
    if (round.next === round.calls.length) round.reads.finish()
  }
}
