// Arguments of a command as logs may show them: without passwords.

const hidden = '(redacted)'

const secretSettings: ReadonlySet<string> = new Set([
  'requirepass',
  'masterauth',
  'masteruser',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
])

/** `name` in full, as `config|set`. The same array where there is nothing to hide. */
export function redact(name: string, args: readonly string[]): readonly string[] {
  switch (name) {
    case 'auth':
      return args.map((arg, at) => (at > 0 ? hidden : arg))
    case 'acl|setuser':
    case 'acl|deluser':
    case 'acl|getuser':
      return args.map((arg, at) => (at > 1 ? hidden : arg))
    case 'hello':
    case 'migrate':
      return hideLogin(args)
    case 'config|set':
      return args.map((arg, at) =>
        at > 2 && secretSettings.has((args[at - 1] as string).toLowerCase()) ? hidden : arg,
      )
    default:
      return args
  }
}

/** What follows AUTH and AUTH2. */
function hideLogin(args: readonly string[]): readonly string[] {
  const made = [...args]
  for (let at = 1; at < args.length; at++) {
    const word = (args[at] as string).toLowerCase()
    const count =
      word === 'auth2' || (word === 'auth' && args[0]?.toLowerCase() === 'hello') ? 2 : 1
    if (word !== 'auth' && word !== 'auth2') continue
    for (let next = at + 1; next <= at + count && next < args.length; next++) made[next] = hidden
    at += count
  }
  return made
}
