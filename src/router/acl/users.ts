// All users as this member knows them, `default` among them, which is never removed. Knows no session: the
// commands close or limit connections.

import { limits } from '../../api/limits.js'
import type { UserLine } from '../../api/user-lines.js'
import type { AclCatalog } from './categories.js'
import { describeUser } from './describe.js'
import { ruleFaults } from './faults.js'
import { readRules } from './rules.js'
import { User } from './user.js'

export class Users {
  readonly catalog: AclCatalog
  readonly default: User
  readonly #users = new Map<string, User>()
  #password = ''

  constructor(catalog: AclCatalog) {
    this.catalog = catalog
    this.default = new User('default', catalog)
    openDefault(this.default)
    this.#users.set('default', this.default)
  }

  get(name: string): User | undefined {
    return this.#users.get(name)
  }

  /** In the order of the bytes of their names. */
  list(): User[] {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get count(): number {
    return this.#users.size
  }

  /** Connections of `default` need no password. */
  get isFree(): boolean {
    return this.default.enabled && this.default.noPass
  }

  /** `requirepass` as it was set last; empty for none. ACL SETUSER does not change it. */
  get password(): string {
    return this.#password
  }

  /** CONFIG SET requirepass: the one password of `default`, or none with an empty text. */
  requirePass(password: string): void {
    this.#password = password
    for (const rule of passwordRules(password)) this.default.apply(rule)
  }

  /** The user as it were with these rules, made where there is none. Text: the fault, in Redis' words. */
  judge(name: string, rules: readonly string[]): User | string {
    const known = this.#users.get(name)
    if (known === undefined && this.#users.size >= limits.aclUsersMax) return 'Too many users'
    const made = known?.copy() ?? new User(name, this.catalog)
    for (const rule of rules) {
      const fault = made.apply(rule)
      if (fault !== null) return `Error in ACL SETUSER modifier '${rule}': ${fault}`
    }
    return made
  }

  /** Puts a user as `describeUser` tells it in place of the one of its name. One with unknown rules may do nothing. */
  put(name: string, text: string): void {
    const made = new User(name, this.catalog)
    const isWhole = applyLine(made, text, '') === ''
    const next = isWhole ? made : new User(name, this.catalog)
    const known = this.#users.get(name)
    if (known === undefined) this.#users.set(name, next)
    else known.take(next)
  }

  /** The user that was removed; never `default`. */
  remove(name: string): User | null {
    const user = this.#users.get(name)
    if (user === undefined || user === this.default) return null
    this.#users.delete(name)
    return user
  }

  /** Users of a file, or of the configuration, by name. Text: what is wrong, in Redis' words. */
  read(lines: readonly UserLine[], path: string): ReadonlyMap<string, User> | string {
    const made = new Map<string, User>()
    let faults = ''
    for (const { line, user: given } of lines) {
      const place = `${path}:${line}`
      if (given === null) {
        faults += `${place} should start with user keyword followed by the username. `
      } else if (made.has(given.name)) {
        faults += `WARNING: Duplicate user '${given.name}' found on line ${line}. `
      } else if (made.size >= limits.aclUsersMax) return `${place}: Too many users`
      else {
        const user = new User(given.name, this.catalog)
        faults += applyLine(user, given.rules, place)
        made.set(given.name, user)
      }
    }
    if (faults === '') return made
    return `${faults}WARNING: ACL errors detected, no change to the previously active ACL rules was performed`
  }

  /** With `default`, which opens where nobody says what it may do. */
  whole(made: ReadonlyMap<string, User>): readonly User[] {
    if (made.has('default')) return [...made.values()]
    const open = new User('default', this.catalog)
    openDefault(open)
    if (this.#password !== '') for (const rule of passwordRules(this.#password)) open.apply(rule)
    return [open, ...made.values()]
  }

  /** Puts users that were read in place of all; users that stay keep their objects. */
  replace(made: ReadonlyMap<string, User>): void {
    for (const name of [...this.#users.keys()])
      if (name !== 'default' && !made.has(name)) this.#users.delete(name)
    for (const user of this.whole(made)) {
      const known = this.#users.get(user.name)
      if (known === undefined) this.#users.set(user.name, user)
      else known.take(user)
    }
  }

  /** `user NAME RULES`, a line each. */
  text(): string {
    return this.list()
      .map((user) => `user ${user.name} ${describeUser(user, this.catalog)}\n`)
      .join('')
  }
}

/** What makes a password the only one of a user, or lets it in without one where that is empty. */
export function passwordRules(password: string): readonly string[] {
  return ['resetpass', password === '' ? 'nopass' : `>${password}`]
}

function openDefault(user: User): void {
  for (const rule of ['reset', 'on', 'nopass', '~*', '&*', '+@all']) user.apply(rule)
  user.sanitizes = null
}

/** What is wrong with the rules of a line; empty for nothing. */
function applyLine(user: User, text: string, place: string): string {
  const rules = readRules(text.split(/[ \t\r]+/).filter((part) => part !== ''))
  if (typeof rules === 'string') return `${place}: Unmatched parenthesis in selector definition.`
  let faults = ''
  let isTold = false
  for (const rule of rules) {
    const fault = user.apply(rule)
    if (fault === null) continue
    // Of other rules only the first is told, without the rule: it may be a password.
    if (fault === ruleFaults.unknown) {
      faults += `${place}: Error in applying operation '${rule}': ${fault}. `
    } else if (!isTold) {
      faults += `${place}: ${fault}. `
      isTold = true
    }
  }
  return faults
}
