// `quorate start`: one member in this process. SIGTERM and SIGINT stop it cleanly (leadership handed
// over, exit code 0); a second SIGINT ends it at once with 1.

import { createCore } from '../core/create.js'
import { loadConfig } from '../config/load.js'
import { checkStrategies } from '../config/strategies.js'
import { loadStrategies } from '../host/plugins.js'
import { type RunningMember, start } from '../host/start.js'
import { readOverrides } from './overrides.js'

/** Runs until stopped; answers the exit code. Throws QuorateError where it cannot start. */
export async function startMember(options: Readonly<Record<string, unknown>>): Promise<number> {
  const file = typeof options['conf'] === 'string' ? options['conf'] : null
  const loaded = loadConfig({ file, flags: readOverrides(options), environment: process.env })
  checkStrategies(loaded, await loadStrategies(loaded.config))
  const member = await start(loaded.config, {
    makeCore: createCore,
    configFile: file ?? '',
  })
  stopOnSignals(member)
  if (options['stopWithStdin'] === true) stopWithStdin(member)
  return member.done
}

function stopOnSignals(member: RunningMember): void {
  let isStopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping && signal === 'SIGINT') process.exit(1)
    isStopping = true
    void member.stop()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** The parent's end of our standard input closes when it dies, however it dies. */
function stopWithStdin(member: RunningMember): void {
  process.stdin.on('end', () => void member.stop())
  process.stdin.on('error', () => void member.stop())
  process.stdin.resume()
}
