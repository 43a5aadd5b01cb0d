// Commands to a cluster in pipelines. What could not be done right now (no leader, loading, outcome not known) is
// tried again for half a minute.

import { setTimeout as sleep } from 'node:timers/promises'
import type { MemberLink } from './link.js'

export type Command = readonly (string | Buffer)[]

/** A command, and what it is about in words for the operator. */
export interface Sent {
  readonly command: Command
  readonly about: string
  /** It was sent before, and may have had its effect. */
  mayBeDone?: boolean
  /** Done twice it would do more. */
  readonly isOnce?: boolean
}

const commandsMax = 256
const bytesMax = 4 << 20
const tryAgainMs = 30_000
const pauseMs = 100
const passing = /^(TRYAGAIN|CLUSTERDOWN|LOADING|UNKNOWNRESULT|MASTERDOWN)/

export class Sending {
  readonly #link: MemberLink
  readonly #failed: (sent: Sent, error: Error) => void
  #waiting: Sent[] = []
  #bytes = 0

  constructor(link: MemberLink, failed: (sent: Sent, error: Error) => void) {
    this.#link = link
    this.#failed = failed
  }

  async add(sent: Sent): Promise<void> {
    this.#waiting.push(sent)
    for (const part of sent.command) this.#bytes += part.length
    if (this.#waiting.length >= commandsMax || this.#bytes >= bytesMax) await this.flush()
  }

  async flush(): Promise<void> {
    let open = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    for (const until = Date.now() + tryAgainMs; open.length > 0; await sleep(pauseMs)) {
      const answers = await this.#link.pipeline(open.map(({ command }) => command))
      const again: Sent[] = []
      open.forEach((sent, i) => {
        const answer = answers[i]
        if (!(answer instanceof Error)) return
        const isUnknown = answer.message.startsWith('UNKNOWNRESULT')
        const mayRepeat = !isUnknown || sent.isOnce !== true
        if (passing.test(answer.message) && mayRepeat && Date.now() < until) {
          if (isUnknown) sent.mayBeDone = true
          again.push(sent)
        } else this.#failed(sent, answer)
      })
      open = again
      if (open.length === 0) return
    }
  }
}
