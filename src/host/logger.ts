// The only file that knows pino. Trace events of the pure floors become lines of JSON on standard
// error. Written beside the event loop: a reader that stalls costs lines, never the member's time.

import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from '../api/config.js'
import type { TraceEvent, TraceLevel } from '../api/trace.js'

/** Bytes of lines that wait for a slow reader; more are dropped. */
const waitingBytesMax = 1024 * 1024

export interface HostLog {
  trace(event: TraceEvent): void
  log(level: TraceLevel | 'fatal', event: string, fields: TraceEvent['fields']): void
  /** Writes out what is buffered, at once: the process is about to end. */
  flush(): void
}

/** A log of one member; `destination` replaces standard error in tests. */
export function makeLog(
  config: Pick<Config, 'logLevel' | 'self'>,
  destination?: DestinationStream,
): HostLog {
  const options = {
    level: config.logLevel,
    base: { member: config.self },
    // Strategies name their member, too: a key stands once in a line.
    formatters: { log: withoutMember },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'event',
  }
  if (destination !== undefined) return wrap(pino(options, destination), () => {})
  const sink = pino.destination({ dest: 2, sync: false, minLength: 0, maxLength: waitingBytesMax })
  return wrap(pino(options, sink), () => {
    try {
      sink.flushSync()
    } catch {
      // Nobody reads standard error any more.
    }
  })
}

function withoutMember({ member: _, ...fields }: Record<string, unknown>): Record<string, unknown> {
  return fields
}

function wrap(logger: Logger, flush: () => void): HostLog {
  return {
    trace: ({ level, event, fields }) => logger[level](fields, event),
    log: (level, event, fields) => logger[level](fields, event),
    flush,
  }
}
