// How the command line speaks to a member: one ioredis connection, for one command or for many.

import { Redis } from 'ioredis'
import type { MemberLink } from '../backup/link.js'
import { QuorateError } from '../base/errors.js'
import type { ClientOptions } from './arguments.js'

/** Milliseconds that a member has for one command. */
const commandMs = 10_000
const longCommandMs = 120_000

/** Sends one command; throws a QuorateError with one sentence where the member cannot be asked. */
export async function askMember(
  options: ClientOptions,
  command: string,
  ...args: readonly string[]
): Promise<unknown> {
  const client = connect(options, commandMs)
  try {
    await client.redis.connect()
    return await client.redis.call(command, ...args)
  } catch (error) {
    throw client.failure(error)
  } finally {
    client.redis.disconnect()
  }
}

/** Where to ask another member, by its client address. */
export function addressed(options: ClientOptions, address: string): ClientOptions {
  const at = address.lastIndexOf(':')
  return { ...options, host: address.slice(0, at), port: address.slice(at + 1) }
}

/** What the member says that is asked, or, where it does not answer, one of others; and which of them. Throws its fault. */
export async function askAnyOf<T>(
  options: ClientOptions,
  addresses: readonly string[],
  ask: (at: ClientOptions) => Promise<T>,
): Promise<{ readonly answer: T; readonly at: ClientOptions }> {
  let fault: unknown = null
  for (const at of [options, ...addresses.map((each) => addressed(options, each))]) {
    try {
      return { answer: await ask(at), at }
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error
      fault ??= error
    }
  }
  throw fault
}

export async function openMember(options: ClientOptions): Promise<MemberLink> {
  const client = connect(options, longCommandMs)
  const { redis } = client
  const tried = async <T>(what: () => Promise<T>): Promise<T> => {
    try {
      return await what()
    } catch (error) {
      throw client.failure(error)
    }
  }
  await tried(() => redis.connect())
  return {
    call: (command, ...args) => tried(() => redis.callBuffer(command, ...args)),
    pipeline: (commands) =>
      tried(async () => {
        const pipe = redis.pipeline()
        for (const [command, ...args] of commands) pipe.callBuffer(String(command), ...args)
        const answers = (await pipe.exec()) ?? []
        return answers.map(([error, answer]) => error ?? answer)
      }),
    close: () => redis.disconnect(),
  }
}

interface Client {
  readonly redis: Redis
  failure(error: unknown): QuorateError
}

function connect(options: ClientOptions, commandTimeout: number): Client {
  const { host } = options
  const port = Number(options.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new QuorateError('CONFIG_INVALID', `--port: given ${options.port}, allowed: 1 to 65535`)
  const password = options.password ?? process.env['QUORATE_PASSWORD']
  const redis = new Redis({
    host,
    port,
    ...(password === undefined ? {} : { password }),
    lazyConnect: true,
    connectTimeout: 3000,
    commandTimeout,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let fault: Error | null = null
  redis.on('error', (error: Error) => {
    fault = error
  })
  return {
    redis,
    failure: (error) =>
      new QuorateError('MEMBER_UNREACHABLE', `member ${host}:${port}: ${describe(fault ?? error)}`),
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ECONNREFUSED') return 'nobody listens there'
  return error.message === '' ? error.name : error.message
}
