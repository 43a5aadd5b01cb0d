// How the command line speaks to a member: one ioredis connection for one command.

import { Redis } from 'ioredis'
import { QuorateError } from '../base/errors.js'
import type { ClientOptions } from './arguments.js'

/** Sends one command; throws a QuorateError with one sentence where the member cannot be asked. */
export async function askMember(
  options: ClientOptions,
  command: string,
  ...args: readonly string[]
): Promise<unknown> {
  const { host } = options
  const port = Number(options.port)
  const client = connect(options, port)
  let fault: Error | null = null
  client.on('error', (error: Error) => {
    fault = error
  })
  try {
    await client.connect()
    return await client.call(command, ...args)
  } catch (error) {
    const why = describe(fault ?? error)
    throw new QuorateError('MEMBER_UNREACHABLE', `member ${host}:${port}: ${why}`)
  } finally {
    client.disconnect()
  }
}

function connect(options: ClientOptions, port: number): Redis {
  const password = options.password ?? process.env['QUORATE_PASSWORD']
  return new Redis({
    host: options.host,
    port,
    ...(password === undefined ? {} : { password }),
    lazyConnect: true,
    connectTimeout: 3000,
    commandTimeout: 10_000,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ECONNREFUSED') return 'nobody listens there'
  return error.message === '' ? error.name : error.message
}
