// `quorate start`: one member in this process. SIGTERM and SIGINT stop it cleanly (leadership handed
// over, exit code 0); a second SIGINT ends it at once with 1.

import { createCore } from '../core/create.js'
import { loadConfig } from '../config/load.js'
import { rewriteConfig } from '../config/rewrite.js'
import { type RunningMember, start } from '../host/start.js'
import { checkConfig } from './check-config.js'
import { missingHeapFlag, runWith } from './heap.js'
import { readOverrides } from './overrides.js'

/** Runs until stopped; answers the exit code. Throws QuorateError where it cannot start. */
export async function startMember(options: Readonly<Record<string, unknown>>): Promise<number> {
  const file = typeof options['conf'] === 'string' ? options['conf'] : null
  const loaded = loadConfig({ file, flags: readOverrides(options), environment: process.env })
  const heapFlag = missingHeapFlag(loaded.config)
  if (heapFlag !== null) return runWith(heapFlag)
  await checkConfig(loaded)
  const member = await start(loaded.config, {
    makeCore: createCore,
    configFile: file ?? '',
    rewriteConfig,
  })
  stopOnSignals(member)
  if (options['stopWithStdin'] === true) stopWithStdin(member)
  const code = await member.done
  if (code !== 0) process.stderr.write(`quorate: ${member.why()}\n`)
  return code
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
