// Replies as they stand on the wire, RESP2 and RESP3: where one ends, and its tree for the rules that
// compare it. Written apart from the product's codec, so that the two check each other.

export interface Node {
  /** The first byte: `+ - : $ * % ~ > _ , # ( = !`. */
  readonly kind: string
  /** Text of a single, empty where there is none. */
  readonly text: string
  /** Items of a list, keys and values of a map in turn; null for a single. */
  readonly items: readonly Node[] | null
}

const lists = '*%~>|'
const bulks = '$=!'

/** Offset behind the reply at `at`, 0 while it is not whole. */
export function replyEnd(text: string, at: number): number {
  let open = 1
  while (open > 0) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return 0
    const kind = text[at] as string
    const count =
      lists.includes(kind) || bulks.includes(kind) ? Number(text.slice(at + 1, lineEnd)) : 0
    at = lineEnd + 2
    open--
    if (count < 0) continue
    if (bulks.includes(kind)) {
      at += count + 2
      if (at > text.length) return 0
    } else if (lists.includes(kind)) open += kind === '%' || kind === '|' ? count * 2 : count
  }
  return at
}

/** The tree of one whole reply. */
export function parseReply(text: string): Node {
  return parseAt(text, 0).node
}

function parseAt(text: string, at: number): { node: Node; end: number } {
  const lineEnd = text.indexOf('\r\n', at)
  const kind = text[at] as string
  const head = text.slice(at + 1, lineEnd)
  let end = lineEnd + 2
  const isList = lists.includes(kind)
  if (!isList && !bulks.includes(kind)) return { node: { kind, text: head, items: null }, end }
  if (head === '-1') return { node: { kind: '_', text: head, items: null }, end }
  if (!isList) {
    const from = end
    end += Number(head) + 2
    return { node: { kind, text: text.slice(from, end - 2), items: null }, end }
  }
  const items: Node[] = []
  for (let i = Number(head) * (kind === '%' ? 2 : 1); i > 0; i--) {
    const item = parseAt(text, end)
    items.push(item.node)
    end = item.end
  }
  return { node: { kind, text: '', items }, end }
}

/** One line that two equal trees share, whatever the order of their bytes. */
export function canonical(node: Node): string {
  if (node.items === null) return `${node.kind}${node.text.length}:${node.text}`
  return `${node.kind}[${node.items.map(canonical).join(',')}]`
}

/** A tree as it stood on the wire. */
export function wireText({ kind, text, items }: Node): string {
  if (items !== null) {
    const count = kind === '%' ? items.length / 2 : items.length
    return `${kind}${count}\r\n${items.map(wireText).join('')}`
  }
  return bulks.includes(kind) ? `${kind}${text.length}\r\n${text}\r\n` : `${kind}${text}\r\n`
}

export function encodeLine(line: readonly string[]): string {
  let text = `*${line.length}\r\n`
  for (const word of line) text += `$${word.length}\r\n${word}\r\n`
  return text
}
