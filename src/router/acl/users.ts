// All users of this member, `default` among them, which is never removed. Knows no session: it says
// which users changed, and the commands close or limit connections.

import { limits } from '../../api/limits.js'
import type { UserLine } from '../../api/user-lines.js'
import type { AclCatalog } from './categories.js'
import { describeUser } from './describe.js'
import { ruleFaults } from './faults.js'
import { readRules } from './rules.js'
import { User } from './user.js'

/** What a new set of users changed. */
export interface UserChanges {
  /** Users that are gone; sessions may still have them. */
  readonly removed: readonly User[]
  /** Users that allow something else now. */
  readonly changed: readonly User[]
}

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
    this.default.apply('resetpass')
    this.default.apply(password === '' ? 'nopass' : `>${password}`)
  }

  /** Applies rules to a user, made where there is none: all of them, or none. The fault in Redis' words. */
  set(name: string, rules: readonly string[]): string | null {
    const known = this.#users.get(name)
    if (known === undefined && this.#users.size >= limits.aclUsersMax) return 'Too many users'
    const made = known?.copy() ?? new User(name, this.catalog)
    for (const rule of rules) {
      const fault = made.apply(rule)
      if (fault !== null) return `Error in ACL SETUSER modifier '${rule}': ${fault}`
    }
    if (known === undefined) this.#users.set(name, made)
    else known.take(made)
    return null
  }

  /** The user that was removed; never `default`. */
  remove(name: string): User | null {
    const user = this.#users.get(name)
    if (user === undefined || user === this.default) return null
    this.#users.delete(name)
    return user
  }

  /**
   * Puts users of a file, or of the configuration, in place of all. Text: what is wrong, in Redis' words;
   * nothing changed then.
   */
  replace(lines: readonly UserLine[], path: string): UserChanges | string {
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
    if (faults === '') return this.#exchange(made)
    return `${faults}WARNING: ACL errors detected, no change to the previously active ACL rules was performed`
  }

  /** `user NAME RULES`, a line each. */
  text(): string {
    return this.list()
      .map((user) => `user ${user.name} ${describeUser(user, this.catalog)}\n`)
      .join('')
  }

  /** Users that stay keep their objects, which sessions hold. */
  #exchange(made: ReadonlyMap<string, User>): UserChanges {
    const removed: User[] = []
    const changed: User[] = []
    for (const [name, user] of this.#users) {
      const next = made.get(name)
      if (next === undefined && user === this.default) {
        openDefault(user)
        if (this.#password !== '') this.requirePass(this.#password)
      } else if (next === undefined) {
        this.#users.delete(name)
        removed.push(user)
      } else if (describeUser(next, this.catalog) !== describeUser(user, this.catalog)) {
        user.take(next)
        changed.push(user)
      }
    }
    for (const [name, user] of made) if (!this.#users.has(name)) this.#users.set(name, user)
    return { removed, changed }
  }
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
