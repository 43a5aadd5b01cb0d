// What the operator should hear of clients: traces, each kind at most once a minute with the number
// of those left out, so that a hostile client cannot fill the log (S8).

import type { Output } from '../api/io.js'

const quietMs = 60_000

interface Kind {
  toldAt: number
  untold: number
}

/** Why a connection was closed by us, as `client.<kind>`. */
export type NoticeKind = 'refused' | 'protocol-fault' | 'output-limit' | 'timeout' | 'evicted'

export class Notices {
  readonly #kinds = new Map<NoticeKind, Kind>()

  /** Pushes a trace, or counts it. */
  tell(
    kind: NoticeKind,
    about: { readonly mono: number; readonly remote: string; readonly why: string },
    out: Output[],
  ): void {
    const known = this.#kinds.get(kind)
    if (known !== undefined && about.mono - known.toldAt < quietMs) {
      known.untold++
      return
    }
    this.#kinds.set(kind, { toldAt: about.mono, untold: 0 })
    const fields = { remote: about.remote, why: about.why, untold: known?.untold ?? 0 }
    out.push({ kind: 'trace', event: { level: 'warn', event: `client.${kind}`, fields } })
  }
}
