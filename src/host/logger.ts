// The only file that knows pino. Trace events of the pure floors become lines of JSON on standard
// error; writing is synchronous to the pipe's buffer, and a full pipe drops lines rather than block.

import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from '../api/config.js'
import type { TraceEvent, TraceLevel } from '../api/trace.js'

export interface HostLog {
  trace(event: TraceEvent): void
  log(level: TraceLevel | 'fatal', event: string, fields: TraceEvent['fields']): void
  /** Writes out what is buffered. */
  flush(): void
}

/** A log of one member; `destination` replaces standard error in tests. */
export function makeLog(config: Config, destination?: DestinationStream): HostLog {
  const options = {
    level: config.logLevel,
    base: { member: config.self },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'event',
  }
  const sink = destination ?? pino.destination({ dest: 2, sync: true })
  return wrap(pino(options, sink))
}

function wrap(logger: Logger): HostLog {
  return {
    trace: ({ level, event, fields }) => logger[level](fields, event),
    log: (level, event, fields) => logger[level](fields, event),
    flush: () => logger.flush(),
  }
}
