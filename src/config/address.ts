// Addresses as `host:port`, with IPv6 hosts in brackets, and whether one stays on this machine.

import { isIP } from 'node:net'
import type { Address } from '../api/config.js'

/** Null when the text is not an address with a port from 1 to 65535. */
export function parseAddress(text: string): Address | null {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text)
  if (match === null) return null
  const host = match[1] ?? match[2] ?? ''
  const port = Number(match[3])
  if (match[1] !== undefined && isIP(host) !== 6) return null
  return port >= 1 && port <= 65535 ? { host, port } : null
}

export function writeAddress(address: Address): string {
  return address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`
}

/** Whether nothing outside this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
