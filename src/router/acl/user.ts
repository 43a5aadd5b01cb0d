// A user: whether and with which passwords it may come in, and its selectors. Sessions keep the object
// of their user, so that a change holds for connections that are there at once.

import { limits } from '../../api/limits.js'
import { sha256 } from '../../base/sha256.js'
import type { AclCatalog } from './categories.js'
import { describeRights } from './describe.js'
import { type RuleFault, ruleFaults } from './faults.js'
import { Selector } from './selector.js'

export class User {
  readonly name: string
  enabled = false
  noPass = false
  /** Whether RESTORE checks payloads of this user; null for what the server does. */
  sanitizes: boolean | null = null
  /** SHA-256 of the passwords in hexadecimal digits, in the order in which they were given. */
  passwords: string[] = []
  root: Selector
  selectors: Selector[] = []
  /** Refuses nothing: asked before each command. Kept by `apply` and `take`. */
  isOpen = false
  readonly #catalog: AclCatalog
  #rights: string | null = null

  constructor(name: string, catalog: AclCatalog) {
    this.name = name
    this.#catalog = catalog
    this.root = new Selector(catalog)
  }

  copy(): User {
    const made = new User(this.name, this.#catalog)
    made.take(this)
    return made
  }

  /** Becomes what another user is, save for the name. */
  take(other: User): void {
    this.enabled = other.enabled
    this.noPass = other.noPass
    this.sanitizes = other.sanitizes
    this.passwords = [...other.passwords]
    this.root = other.root.copy()
    this.selectors = other.selectors.map((selector) => selector.copy())
    this.#judge()
  }

  /** The root selector and the others. */
  get all(): readonly Selector[] {
    return [this.root, ...this.selectors]
  }

  /** What it may do as rules, for the leader that runs its scripts; null for everything. */
  get rights(): string | null {
    if (this.isOpen) return null
    this.#rights ??= describeRights(this, this.#catalog)
    return this.#rights
  }

  /** Takes one rule, a whole selector in parentheses included. Nothing changes where it is refused. */
  apply(rule: string): RuleFault | null {
    const fault = this.#apply(rule)
    this.#judge()
    return fault
  }

  /** As long for a wrong password as for a right one: all of each hash is compared (S27). */
  accepts(password: string): boolean {
    if (!this.enabled) return false
    if (this.noPass) return true
    const given = sha256(password)
    let found = false
    for (const hash of this.passwords) if (equalInConstantTime(given, hash)) found = true
    return found
  }

  #apply(rule: string): RuleFault | null {
    switch (rule.toLowerCase()) {
      case '':
        return null
      case 'on':
        this.enabled = true
        return null
      case 'off':
        this.enabled = false
        return null
      case 'nopass':
        this.noPass = true
        this.passwords = []
        return null
      case 'resetpass':
        this.noPass = false
        this.passwords = []
        return null
      case 'skip-sanitize-payload':
        this.sanitizes = false
        return null
      case 'sanitize-payload':
        this.sanitizes = true
        return null
      case 'clearselectors':
        this.selectors = []
        return null
      case 'reset':
        return this.#reset()
    }
    switch (rule[0]) {
      case '>':
        return this.#addPassword(sha256(rule.slice(1)))
      case '#':
        return isHash(rule.slice(1)) ? this.#addPassword(rule.slice(1)) : ruleFaults.badHash
      case '<':
        return this.#removePassword(sha256(rule.slice(1)))
      case '!':
        return isHash(rule.slice(1)) ? this.#removePassword(rule.slice(1)) : ruleFaults.badHash
      case '(':
        return this.#addSelector(rule)
      default:
        return this.root.apply(rule)
    }
  }

  #reset(): null {
    this.enabled = false
    this.noPass = false
    this.passwords = []
    this.sanitizes = true
    this.root = new Selector(this.#catalog)
    this.selectors = []
    return null
  }

  #addPassword(hash: string): RuleFault | null {
    if (!this.passwords.includes(hash)) {
      if (this.passwords.length >= limits.aclPatternsMax) return ruleFaults.tooMany
      this.passwords.push(hash)
    }
    this.noPass = false
    return null
  }

  #removePassword(hash: string): RuleFault | null {
    const at = this.passwords.indexOf(hash)
    if (at < 0) return ruleFaults.noPassword
    this.passwords.splice(at, 1)
    return null
  }

  #addSelector(rule: string): RuleFault | null {
    if (!rule.endsWith(')')) return ruleFaults.syntax
    if (this.selectors.length >= limits.aclSelectorsMax) return ruleFaults.tooMany
    const made = new Selector(this.#catalog)
    for (const part of rule.slice(1, -1).split(' ')) {
      if (part === '') continue
      const fault = made.apply(part)
      if (fault !== null) return fault
    }
    this.selectors.push(made)
    return null
  }

  #judge(): void {
    this.#rights = null
    this.isOpen = this.root.isOpen || this.selectors.some((selector) => selector.isOpen)
  }
}

function isHash(text: string): boolean {
  if (text.length !== 64) return false
  for (let i = 0; i < 64; i++) {
    const code = text.charCodeAt(i)
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false
  }
  return true
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
