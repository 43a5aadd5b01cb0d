// What the subcommands of CLIENT have in common.

import { error, syntaxError } from '../../../api/replies.js'
import { always, plain } from '../../command.js'
import type { Session } from '../../session.js'

/** Anyone may ask it of the own connection. */
export const own = {
  ...plain,
  group: 'connection',
  flags: always,
  categories: ['@slow', '@connection'],
} as const

/** It touches other connections. */
export const others = {
  ...plain,
  group: 'connection',
  flags: ['admin', ...always],
  categories: ['@admin', '@slow', '@dangerous', '@connection'],
} as const

export const clientTypes = ['normal', 'master', 'replica', 'slave', 'pubsub'] as const

export type ClientType = (typeof clientTypes)[number]

/** Null for a type that does not exist. */
export function clientType(word: string): ClientType | null {
  return clientTypes.find((known) => known === word.toLowerCase()) ?? null
}

/** No client here is a master or a replica; one that only looks (MONITOR) is a normal one. */
export function typeOf(session: Session): ClientType {
  return session.subscribed > 0 ? 'pubsub' : 'normal'
}

export function unknownType(type: string): ReturnType<typeof error> {
  return error(`ERR Unknown client type '${type.slice(0, 128)}'`)
}

/** Yes for `on`, no for `off`, the error for anything else. */
export function onOrOff(word: string): boolean | typeof syntaxError {
  const lower = word.toLowerCase()
  if (lower === 'on') return true
  return lower === 'off' ? false : syntaxError
}
