// Operating errors: disk, network and configuration. Thrown only in host, config, cli and a
// plugin's `parseOptions`; never on the command path.

/** Every code an operating error may carry, with what it means. */
export const errorCodes = {
  CONFIG_INVALID: 'the configuration holds a value that is not allowed',
  CONFIG_MISSING: 'the configuration file cannot be read',
  PLUGIN_MISSING: 'the strategy plugin cannot be loaded',
  PLUGIN_API: 'the strategy plugin speaks an api version that is not supported',
  STORE_OPEN: 'the data directory cannot be opened',
  STORE_FORMAT: 'the data directory was written by an unknown format version',
  STORE_CORRUPT: 'the data directory holds a record that fails its check',
  STORE_FOREIGN: 'the data directory belongs to another member or cluster',
  STORE_POISONED: 'a write or sync failed, so the store may not be used again',
  LISTEN_FAILED: 'the address cannot be listened on',
  RUNTIME_UNSUPPORTED: 'the Node.js version is not supported',
  BACKUP_INVALID: 'a backup cannot be written, or is not whole',
  MEMBER_UNREACHABLE: 'a member cannot be asked',
  PEERS_EXPOSED: 'the peer port would leave loopback without authentication',
} as const

export type ErrorCode = keyof typeof errorCodes

/** An operating error: `code` from the table, `message` one clear sentence for the operator. */
export class QuorateError extends Error {
  override readonly name: string = 'QuorateError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What is wrong with one option: where it stands, what was given and what is allowed. */
export interface ConfigFault {
  readonly file: string | null
  readonly line: number | null
  readonly option: string
  readonly given: string
  readonly allowed: string
}

/** The only error that `parseOptions` of a plugin may throw. */
export class ConfigError extends QuorateError {
  override readonly name = 'ConfigError'
  readonly fault: ConfigFault

  constructor(fault: ConfigFault) {
    const where =
      fault.file === null ? '' : `${fault.file}${fault.line === null ? '' : `:${fault.line}`}: `
    super(
      'CONFIG_INVALID',
      `${where}${fault.option}: given ${fault.given}, allowed: ${fault.allowed}`,
    )
    this.fault = fault
  }
}
