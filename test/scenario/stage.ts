// Where a scenario is played: a world, and the commands that move it.

import type { Storyteller } from '../conformance/storyteller.js'

/** Answers the lines that it says beside what the members do; anything else is nothing. */
export type Command<On> = (on: On, words: readonly string[]) => unknown

export interface Stage {
  /** Who hears what the members do. */
  listen(teller: Storyteller | null): void
  /** Answers as a command does; undefined where there is none of this name. */
  play(name: string, words: readonly string[]): readonly string[] | undefined
}

export function stageOf<On>(
  on: On,
  listen: Stage['listen'],
  commands: Readonly<Record<string, Command<On>>>,
): Stage {
  return {
    listen,
    play(name, words) {
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined
      if (command === undefined) return undefined
      const said = command(on, words)
      return Array.isArray(said) ? said.map(String) : []
    },
  }
}
