// How a test world tells its story.

export function fields(of: Readonly<Record<string, unknown>>): string {
  return Object.entries(of)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ')
}

let teller: (message: Uint8Array) => string = () => ''

/** How messages are told in a story. */
export function tellWith(wanted: (message: Uint8Array) => string): void {
  teller = wanted
}

export function tell(message: Uint8Array): string {
  return teller(message)
}
