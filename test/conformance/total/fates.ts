// What became of each proposal. Breaks with an error where one is executed twice or though it was refused
// for certain, where something nobody proposed is executed, or a token is told of twice or never.

import {
  areNoops,
  type Delivery,
  type Dropped,
  payloadOf,
  textToBytes,
  type Token,
} from 'quorate/plugin'
import type { Node } from './node.js'

interface Proposal {
  readonly member: number
  readonly life: number
  readonly text: string
}

export class Fates {
  /** Tokens of proposals answered, dropped for certain and dropped in doubt. */
  readonly committed = new Set<Token>()
  readonly refused = new Set<Token>()
  readonly doubtful = new Set<Token>()
  readonly #taken = new Map<Token, Proposal>()
  /** How many proposals with the same text were taken. */
  readonly #texts = new Map<string, number>()
  readonly #executed = new Set<string>()

  take(node: Node, token: Token, text: string): void {
    this.#taken.set(token, { member: node.id, life: node.life, text })
    this.#texts.set(text, this.#count(text) + 1)
  }

  executed(node: Node, text: string, { token }: Delivery): void {
    if (!this.#texts.has(text) && !areNoops([{ payload: payloadOf(textToBytes(text)) }]))
      throw new Error(`member ${node.id} executes '${text}', which nobody proposed`)
    this.#executed.add(text)
    if (token === null) return
    const proposal = this.#close(node, token)
    if (proposal.text !== text)
      throw new Error(`member ${node.id} delivers '${text}' with the token of '${proposal.text}'`)
    this.committed.add(token)
  }

  dropped(node: Node, { token, definite }: Dropped): void {
    this.#close(node, token)
    if (definite) this.refused.add(token)
    else this.doubtful.add(token)
  }

  /** The proposal of a token that its member tells of, for the first time. */
  #close(node: Node, token: Token): Proposal {
    const proposal = this.#taken.get(token)
    if (proposal === undefined || proposal.member !== node.id || proposal.life !== node.life)
      throw new Error(`member ${node.id} tells of token ${token}, which it was not given`)
    if (this.committed.has(token) || this.refused.has(token) || this.doubtful.has(token))
      throw new Error(`member ${node.id} tells of token ${token} twice`)
    return proposal
  }

  /** Once everything is quiet: nothing twice, nothing that was refused, nothing left open. */
  judge(nodes: readonly Node[]): void {
    for (const token of this.refused) {
      const { text } = this.#taken.get(token) as Proposal
      if (this.#count(text) === 1 && this.#executed.has(text))
        throw new Error(`'${text}' was dropped as definite, and is executed`)
    }
    for (const node of nodes) this.#judgeNode(node)
  }

  #judgeNode(node: Node): void {
    const counts = new Map<string, number>()
    for (const { text } of node.applied) counts.set(text, (counts.get(text) ?? 0) + 1)
    for (const [text, count] of counts) {
      const taken = this.#texts.get(text)
      if (taken !== undefined && count > taken)
        throw new Error(`member ${node.id} executed '${text}' ${count} times`)
    }
    for (const [token, { member, life, text }] of this.#taken) {
      if (member !== node.id || life !== node.life) continue
      if (!this.committed.has(token) && !this.refused.has(token) && !this.doubtful.has(token))
        throw new Error(`member ${node.id} never tells what became of '${text}'`)
    }
  }

  #count(text: string): number {
    return this.#texts.get(text) ?? 0
  }
}
