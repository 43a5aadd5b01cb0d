// What commander hands to the commands: texts as the command line gave them.

export interface DevOptions {
  readonly members: string
  readonly port: string
  readonly dir: string
  readonly conf?: string
  readonly routing?: string
  readonly level?: string
  readonly durability?: string
}

/** Which member a command speaks to. */
export interface ClientOptions {
  readonly host: string
  readonly port: string
  readonly password?: string
}
