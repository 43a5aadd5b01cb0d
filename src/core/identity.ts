// The identity row of the log store, for the host: it must recognise a directory before a core exists.

export { decodeIdentity, identityKey } from '../log/layout.js'
