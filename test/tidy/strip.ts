// TypeScript without its comments and without the text of its strings, line breaks kept: what the
// rules of the tidy test look at, so that prose never trips them.

/** `keepStrings` leaves string literals in place (for import specifiers). */
export function stripComments(source: string, keepStrings: boolean): string {
  const scanner = new Scanner(source, keepStrings)
  scanner.code(false)
  return scanner.out
}

class Scanner {
  out = ''
  readonly #source: string
  readonly #keepStrings: boolean
  #at = 0

  constructor(source: string, keepStrings: boolean) {
    this.#source = source
    this.#keepStrings = keepStrings
  }

  /** Copies code up to the end, or up to the brace that closes a template's expression. */
  code(inTemplate: boolean): void {
    let depth = 0
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at] ?? ''
      const two = this.#source.slice(this.#at, this.#at + 2)
      if (two === '//') this.#skipTo('\n')
      else if (two === '/*') this.#skipBlock()
      else if (char === "'" || char === '"') this.#string(char)
      else if (char === '`') this.#template()
      else if (char === '/' && this.#startsRegex()) this.#regex()
      else {
        if (char === '{') depth++
        if (char === '}' && depth-- === 0 && inTemplate) return
        this.out += char
        this.#at++
      }
    }
  }

  #skipTo(end: string): void {
    const found = this.#source.indexOf(end, this.#at)
    this.#at = found < 0 ? this.#source.length : found
  }

  #skipBlock(): void {
    const found = this.#source.indexOf('*/', this.#at + 2)
    const end = found < 0 ? this.#source.length : found + 2
    this.out += this.#source.slice(this.#at, end).replaceAll(/[^\n]/g, '')
    this.#at = end
  }

  #string(quote: string): void {
    const from = this.#at++
    while (this.#at < this.#source.length && this.#source[this.#at] !== quote) {
      this.#at += this.#source[this.#at] === '\\' ? 2 : 1
    }
    this.#at++
    this.out += this.#keepStrings ? this.#source.slice(from, this.#at) : "''"
  }

  #template(): void {
    this.out += '`'
    this.#at++
    while (this.#at < this.#source.length && this.#source[this.#at] !== '`') {
      if (this.#source[this.#at] === '\\') this.#at++
      else if (this.#source.startsWith('${', this.#at)) {
        this.#at += 2
        this.out += '${'
        this.code(true)
        this.out += '}'
      } else if (this.#source[this.#at] === '\n') this.out += '\n'
      this.#at++
    }
    this.out += '`'
    this.#at++
  }

  #startsRegex(): boolean {
    const before = this.out.trimEnd()
    return /(?:^|[(,=:[!&|?{};+\->]|\breturn|\bcase)$/.test(before)
  }

  #regex(): void {
    let inClass = false
    this.#at++
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at]
      if (char === '\n') return
      if (char === '\\') this.#at++
      else if (char === '[') inClass = true
      else if (char === ']') inClass = false
      else if (char === '/' && !inClass) break
      this.#at++
    }
    this.#at++
    this.out += '/./'
  }
}
