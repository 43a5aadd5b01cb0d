// A selector: which commands may be run, on which keys and channels. A user has a root selector and
// any number of others; a command is allowed if one of them allows all of it.

import { limits } from '../../api/limits.js'
import { type AclCatalog, type AclCommand, isCategory, isIn } from './categories.js'
import { type RuleFault, ruleFaults } from './faults.js'

export interface KeyPattern {
  readonly read: boolean
  readonly write: boolean
  readonly pattern: string
}

export class Selector {
  allCommands = false
  allKeys = false
  allChannels = false
  /** Commands of later versions would be allowed, too: the last word on all was `+@all`. */
  future = false
  /** Full names of what may be run with any argument. */
  readonly commands = new Set<string>()
  /** First arguments with which a command may be run that is not in `commands`. */
  readonly firstArguments = new Map<string, string[]>()
  keys: KeyPattern[] = []
  channels: string[] = []
  readonly #catalog: AclCatalog

  constructor(catalog: AclCatalog) {
    this.#catalog = catalog
  }

  copy(): Selector {
    const made = new Selector(this.#catalog)
    made.allCommands = this.allCommands
    made.allKeys = this.allKeys
    made.allChannels = this.allChannels
    made.future = this.future
    for (const name of this.commands) made.commands.add(name)
    for (const [name, words] of this.firstArguments) made.firstArguments.set(name, [...words])
    made.keys = [...this.keys]
    made.channels = [...this.channels]
    return made
  }

  /** Whether it refuses nothing. */
  get isOpen(): boolean {
    return this.allCommands && this.allKeys && this.allChannels
  }

  /** Null when the rule was taken; else nothing changed. */
  apply(rule: string): RuleFault | null {
    switch (rule.toLowerCase()) {
      case 'allkeys':
      case '~*':
        this.allKeys = true
        this.keys = []
        return null
      case 'resetkeys':
        this.allKeys = false
        this.keys = []
        return null
      case 'allchannels':
      case '&*':
        this.allChannels = true
        this.channels = []
        return null
      case 'resetchannels':
        this.allChannels = false
        this.channels = []
        return null
      case 'allcommands':
      case '+@all':
        this.#allowAll()
        return null
      case 'nocommands':
      case '-@all':
        this.#denyAll()
        return null
    }
    switch (rule[0]) {
      case '~':
      case '%':
        return this.#addKeys(rule)
      case '&':
        return this.#addChannel(rule.slice(1))
      case '+':
      case '-':
        return this.#changeCommands(rule[0] === '+', rule.slice(1))
      default:
        return ruleFaults.syntax
    }
  }

  /** Allows or denies a command and, where it is a container, all that is in it. */
  change(command: AclCommand, allowed: boolean): void {
    this.#set(command.name, allowed)
    for (const subcommand of command.subcommands?.values() ?? []) {
      this.#set(subcommand.name, allowed)
    }
  }

  changeCategory(category: string, allowed: boolean): void {
    for (const command of this.#catalog.all()) {
      if (isIn(command, category)) this.#set(command.name, allowed)
    }
  }

  #set(name: string, allowed: boolean): void {
    if (allowed) this.commands.add(name)
    else {
      this.commands.delete(name)
      this.allCommands = false
    }
    this.firstArguments.delete(name)
  }

  #allowAll(): void {
    for (const command of this.#catalog.all()) this.commands.add(command.name)
    this.firstArguments.clear()
    this.allCommands = true
    this.future = true
  }

  #denyAll(): void {
    this.commands.clear()
    this.firstArguments.clear()
    this.allCommands = false
    this.future = false
  }

  #addKeys(rule: string): RuleFault | null {
    if (this.allKeys) return ruleFaults.allKeys
    const parsed = parseKeys(rule)
    if (parsed === null || hasBlank(parsed.pattern)) return ruleFaults.syntax
    const at = this.keys.findIndex(({ pattern }) => pattern === parsed.pattern)
    if (at < 0) {
      if (this.keys.length >= limits.aclPatternsMax) return ruleFaults.tooMany
      this.keys.push(parsed)
      return null
    }
    const known = this.keys[at] as KeyPattern
    this.keys[at] = {
      pattern: known.pattern,
      read: known.read || parsed.read,
      write: known.write || parsed.write,
    }
    return null
  }

  #addChannel(pattern: string): RuleFault | null {
    if (this.allChannels) return ruleFaults.allChannels
    if (hasBlank(pattern)) return ruleFaults.syntax
    if (this.channels.includes(pattern)) return null
    if (this.channels.length >= limits.aclPatternsMax) return ruleFaults.tooMany
    this.channels.push(pattern)
    return null
  }

  #changeCommands(allowed: boolean, name: string): RuleFault | null {
    if (name.startsWith('@')) {
      const category = name.slice(1).toLowerCase()
      if (!isCategory(category)) return ruleFaults.unknown
      this.changeCategory(category, allowed)
      return null
    }
    const command = this.#catalog.findFull(name)
    if (command !== undefined) {
      this.change(command, allowed)
      return null
    }
    return allowed ? this.#addFirstArgument(name) : ruleFaults.unknown
  }

  /** `select|0`: a command that may be run with this first argument. */
  #addFirstArgument(name: string): RuleFault | null {
    const bar = name.lastIndexOf('|')
    const command = bar < 0 ? undefined : this.#catalog.findFull(name.slice(0, bar))
    if (command === undefined) return ruleFaults.unknown
    if (command.name.includes('|')) return ruleFaults.firstArgument
    if (command.subcommands !== null) return ruleFaults.unknown
    const word = name.slice(bar + 1)
    if (word === '') return ruleFaults.syntax
    const known = this.firstArguments.get(command.name) ?? []
    if (known.some((each) => each.toLowerCase() === word.toLowerCase())) return null
    if (known.length >= limits.aclPatternsMax) return ruleFaults.tooMany
    known.push(word)
    this.firstArguments.set(command.name, known)
    return null
  }
}

/** `~pattern`, `%R~pattern`, `%W~pattern`, `%RW~pattern`; the pattern may be missing behind `%R`. */
function parseKeys(rule: string): KeyPattern | null {
  if (rule[0] === '~') return { read: true, write: true, pattern: rule.slice(1) }
  let read = false
  let write = false
  let at = 1
  for (; at < rule.length && rule[at] !== '~'; at++) {
    const letter = (rule[at] as string).toUpperCase()
    if (letter === 'R' && !read) read = true
    else if (letter === 'W' && !write) write = true
    else return null
  }
  return read || write ? { read, write, pattern: rule.slice(at + 1) } : null
}

/** Spaces and zero bytes would break the line of a user in a file. */
function hasBlank(pattern: string): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const code = pattern.charCodeAt(i)
    if (code === 0 || code === 32 || (code >= 9 && code <= 13)) return true
  }
  return false
}
