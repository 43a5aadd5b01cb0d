// Names that a client gives itself (CLIENT SETNAME, HELLO SETNAME, CLIENT SETINFO).

/** Whether it is printable ASCII without spaces, so that CLIENT LIST stays one line a client (S20). */
export function isPrintableName(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code < 33 || code > 126) return false
  }
  return true
}
