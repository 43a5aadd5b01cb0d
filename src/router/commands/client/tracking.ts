// CLIENT TRACKING, TRACKINGINFO, CACHING and GETREDIR: a client says what it keeps of what it reads.

import type { ConnectionId } from '../../../api/ids.js'
import { error, notInteger, syntaxError } from '../../../api/replies.js'
import { type ErrorReply, ok, type Reply } from '../../../api/reply.js'
import type { RouterCommand } from '../../command.js'
import type { TrackingMode } from '../../messaging/tracking-mode.js'
import { parseInteger } from '../../numbers.js'
import type { Session } from '../../session.js'
import { specs } from '../../specs/client.js'
import type { RouterState } from '../../state.js'

const oneRedirect = error('ERR A client can only redirect to a single other client')
const noSuchClient = error('ERR The client ID you want redirect to does not exist')
const prefixNeedsBcast = error('ERR PREFIX option requires BCAST mode to be enabled')
const switchedBcast = error(
  "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
)
const choosesWithBcast = error('ERR OPTIN and OPTOUT are not compatible with BCAST')
const choosesBoth = error("ERR You can't specify both OPTIN mode and OPTOUT mode")
const switchedChoice = error(
  "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
)
const notTracking = error(
  'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
)
const notOptIn = error(
  'ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.',
)
const notOptOut = error(
  'ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.',
)

interface Options {
  redirect: ConnectionId | 0
  bcast: boolean
  optIn: boolean
  optOut: boolean
  noLoop: boolean
  prefixes: string[]
}

export const tracking = {
  ...specs.tracking,
  barrier: true,
  run: (session, args, state) => {
    const options = parse(args, state)
    if ('type' in options) return options
    const word = (args[2] as string).toLowerCase()
    if (word === 'off') {
      state.messaging.tracking.end(session)
      return ok
    }
    if (word !== 'on') return syntaxError
    const refused = refusal(session.tracking, options)
    if (refused !== null) return refused
    begin(session, options, state)
    return ok
  },
} satisfies RouterCommand

function parse(args: readonly string[], state: RouterState): Options | ErrorReply {
  const options: Options = {
    redirect: 0,
    bcast: false,
    optIn: false,
    optOut: false,
    noLoop: false,
    prefixes: [],
  }
  for (let at = 3; at < args.length; at++) {
    const word = (args[at] as string).toLowerCase()
    const value = args[at + 1]
    if (word === 'redirect' && value !== undefined) {
      at++
      if (options.redirect !== 0) return oneRedirect
      const id = parseInteger(value)
      if (id === null) return notInteger
      if (!state.sessions.has(id as ConnectionId)) return noSuchClient
      options.redirect = id as ConnectionId
    } else if (word === 'prefix' && value !== undefined) {
      at++
      options.prefixes.push(value)
    } else if (word === 'bcast') options.bcast = true
    else if (word === 'optin') options.optIn = true
    else if (word === 'optout') options.optOut = true
    else if (word === 'noloop') options.noLoop = true
    else return syntaxError
  }
  return options
}

/** In Redis' order. */
function refusal(mode: TrackingMode | null, options: Options): ErrorReply | null {
  const { bcast, optIn, optOut, prefixes } = options
  if (!bcast && prefixes.length > 0) return prefixNeedsBcast
  if (mode !== null && (mode.prefixes !== null) !== bcast) return switchedBcast
  if (bcast && (optIn || optOut)) return choosesWithBcast
  if (optIn && optOut) return choosesBoth
  if ((optIn && mode?.optOut === true) || (optOut && mode?.optIn === true)) return switchedChoice
  return bcast ? collision(mode, prefixes) : null
}

/** No key may be told of twice. */
function collision(mode: TrackingMode | null, prefixes: readonly string[]): ErrorReply | null {
  const known = sorted(mode?.prefixes ?? [])
  for (const [at, prefix] of prefixes.entries()) {
    const old = known.find((each) => overlap(each, prefix))
    if (old !== undefined) return overlapping(prefix, `an existing prefix '${old}'`)
    const twin = prefixes.slice(at + 1).find((each) => overlap(each, prefix))
    if (twin !== undefined) return overlapping(prefix, `another provided prefix '${twin}'`)
  }
  return null
}

function overlap(a: string, b: string): boolean {
  return a.length < b.length ? b.startsWith(a) : a.startsWith(b)
}

function overlapping(prefix: string, other: string): ErrorReply {
  return error(
    `ERR Prefix '${prefix}' overlaps with ${other}. Prefixes for a single client must not overlap.`,
  )
}

function begin(session: Session, options: Options, state: RouterState): void {
  const { bcast, optIn, optOut, noLoop, redirect } = options
  const added = bcast && options.prefixes.length === 0 ? [''] : options.prefixes
  const prefixes = bcast ? new Set([...(session.tracking?.prefixes ?? []), ...added]) : null
  const isCachingGiven = session.tracking?.isCachingGiven ?? false
  const mode = { prefixes, optIn, optOut, noLoop, redirect }
  state.messaging.tracking.begin(session, { ...mode, isRedirectBroken: false, isCachingGiven })
}

export const trackingInfo = {
  ...specs.trackinginfo,
  run: (session) => {
    const mode = session.tracking
    const flags: Reply = { type: 'set', items: flagsOf(mode) }
    const prefixes = sorted(mode?.prefixes ?? [])
    const pairs = ['flags', flags, 'redirect', mode?.redirect ?? -1, 'prefixes', prefixes]
    return { type: 'map', pairs }
  },
} satisfies RouterCommand

function flagsOf(mode: TrackingMode | null): readonly string[] {
  if (mode === null) return ['off']
  const flags = ['on']
  if (mode.prefixes !== null) flags.push('bcast')
  if (mode.optIn) flags.push('optin')
  if (mode.optIn && mode.isCachingGiven) flags.push('caching-yes')
  if (mode.optOut) flags.push('optout')
  if (mode.optOut && mode.isCachingGiven) flags.push('caching-no')
  if (mode.noLoop) flags.push('noloop')
  if (mode.isRedirectBroken) flags.push('broken_redirect')
  return flags
}

export const getRedir = {
  ...specs.getredir,
  run: (session) => session.tracking?.redirect ?? -1,
} satisfies RouterCommand

export const caching = {
  ...specs.caching,
  run: (session, args) => {
    const mode = session.tracking
    if (mode === null) return notTracking
    const word = (args[2] as string).toLowerCase()
    if (word === 'yes') {
      if (!mode.optIn) return notOptIn
    } else if (word !== 'no') return syntaxError
    else if (!mode.optOut) return notOptOut
    mode.isCachingGiven = true
    return ok
  },
} satisfies RouterCommand

function sorted(prefixes: Iterable<string>): readonly string[] {
  return [...prefixes].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
