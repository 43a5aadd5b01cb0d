// A connection to a member, as backup and restore use it.

/** A connection to a member for many commands. Failures are one sentence that names the member. */
export interface MemberLink {
  /** Texts are bytes. */
  call(command: string, ...args: readonly (string | Buffer)[]): Promise<unknown>
  /** Answers of many commands, each with its error as a value. */
  pipeline(commands: readonly (readonly (string | Buffer)[])[]): Promise<readonly unknown[]>
  close(): void
}
