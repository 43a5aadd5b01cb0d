// Runs a command of the router with the stopwatch beside it: those that may take long, or all of them where
// the slow log asks for little.

import type { CommandEntry } from './command-entry.js'
import type { Session } from './session.js'
import type { RouterState, Run } from './state.js'

export function runTimed(
  state: RouterState,
  session: Session,
  call: { readonly entry: CommandEntry; readonly args: readonly string[]; readonly run: Run },
): ReturnType<Run> {
  const { entry, args, run } = call
  const { times } = state
  const started = times.stopwatch.microseconds()
  const reply = run(session, args, state)
  const microseconds = times.stopwatch.microseconds() - started
  times.note(entry, 1, microseconds)
  if (microseconds >= times.slowFrom) times.tell(entry, { args, microseconds, session })
  return reply
}
