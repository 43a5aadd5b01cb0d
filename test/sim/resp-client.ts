// RESP as a client speaks it: commands to bytes, reply bytes to canonical text (`+OK`, `:5`, `$text`,
// `_`, `-ERR ...`, `*2 $a _`, of RESP3 also pushes `>2 ...`, maps and sets). Written apart from the product's codec, so that the two check each other.

/** A multibulk command of one-byte strings, as text. */
export function encodeCommand(args: readonly string[]): string {
  let text = `*${args.length}\r\n`
  for (const arg of args) text += `$${arg.length}\r\n${arg}\r\n`
  return text
}

/** Resumable: give it text as it comes, take whole replies out. */
export class ReplyReader {
  #text = ''

  /** Adds text; answers the replies that are whole now. Throws on bytes that are no reply. */
  push(text: string): readonly string[] {
    this.#text += text
    const replies: string[] = []
    let at = 0
    for (;;) {
      const parsed = parse(this.#text, at)
      if (parsed === null) break
      replies.push(parsed.reply)
      at = parsed.end
    }
    this.#text = this.#text.slice(at)
    return replies
  }

  get isPartial(): boolean {
    return this.#text.length > 0
  }
}

function parse(text: string, at: number): { reply: string; end: number } | null {
  const line = text.indexOf('\r\n', at)
  if (line < 0) return null
  const head = text.slice(at + 1, line)
  const next = line + 2
  switch (text[at]) {
    case '+':
    case '-':
    case ':':
      return { reply: text.slice(at, line), end: next }
    case '$': {
      if (head === '-1') return { reply: '_', end: next }
      const end = next + Number(head)
      if (text.length < end + 2) return null
      if (text.slice(end, end + 2) !== '\r\n') throw new Error('a bulk reply without its end')
      return { reply: `$${text.slice(next, end)}`, end: end + 2 }
    }
    case '_':
      return { reply: '_', end: next }
    case '*':
    case '>':
    case '~':
      return parseArray(text, next, { count: Number(head), mark: text[at] as string })
    case '%':
      return parseArray(text, next, { count: 2 * Number(head), mark: '%' })
    default:
      throw new Error(`no reply begins with ${JSON.stringify(text.slice(at, at + 20))}`)
  }
}

function parseArray(
  text: string,
  at: number,
  { count, mark }: { readonly count: number; readonly mark: string },
): { reply: string; end: number } | null {
  if (count < 0) return { reply: '_', end: at }
  const items: string[] = []
  for (let i = 0; i < count; i++) {
    const item = parse(text, at)
    if (item === null) return null
    items.push(item.reply)
    at = item.end
  }
  return { reply: `${mark}${count} ${items.join(' ')}`, end: at }
}
