// CLIENT: the connection it comes on, and the others.

import type { CommandSpec } from '../../api/command.js'
import type { RouterCommand } from '../command.js'
import { helpReply } from '../family.js'
import { container, specs } from '../specs/client.js'
import { pause, reply, unpause } from './client/flow.js'
import { getName, id, info, setInfo, setName } from './client/identity.js'
import { kill } from './client/kill.js'
import { list } from './client/list.js'
import { maintNotifications, noEvict, noTouch, unblock } from './client/rest.js'
import { routing } from './client/routing.js'
import { caching, getRedir, tracking, trackingInfo } from './client/tracking.js'

const help = helpReply('client', [
  'CACHING (YES|NO)',
  '    Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.',
  'GETREDIR',
  '    Return the client ID we are redirecting to when tracking is enabled.',
  'GETNAME',
  '    Return the name of the current connection.',
  'ID',
  '    Return the ID of the current connection.',
  'INFO',
  '    Return information about the current client connection.',
  'KILL <ip:port>',
  '    Kill connection made from <ip:port>.',
  'KILL <option> <value> [<option> <value> [...]]',
  '    Kill connections. Options are:',
  '    * ADDR (<ip:port>|<unixsocket>:0)',
  '      Kill connections made from the specified address',
  '    * LADDR (<ip:port>|<unixsocket>:0)',
  '      Kill connections made to specified local address',
  '    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)',
  '      Kill connections by type.',
  '    * USER <username>',
  '      Kill connections authenticated by <username>.',
  '    * SKIPME (YES|NO)',
  '      Skip killing current connection (default: yes).',
  'LIST [options ...]',
  '    Return information about client connections. Options:',
  '    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)',
  '      Return clients of specified type.',
  'UNPAUSE',
  '    Stop the current client pause, resuming traffic.',
  'PAUSE <timeout> [WRITE|ALL]',
  '    Suspend all, or just write, clients for <timeout> milliseconds.',
  'REPLY (ON|OFF|SKIP)',
  '    Control the replies sent to the current connection.',
  'SETNAME <name>',
  '    Assign the name <name> to the current connection.',
  'UNBLOCK <clientid> [TIMEOUT|ERROR]',
  '    Unblock the specified blocked client.',
  'TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]',
  '         [OPTIN] [OPTOUT] [NOLOOP]',
  '    Control server assisted client side caching.',
  'TRACKINGINFO',
  '    Report tracking status for the current connection.',
  'NO-EVICT (ON|OFF)',
  '    Protect current client connection from eviction.',
])

/** As COMMAND DOCS of Redis 7.0 has it; later subcommands say themselves what they are. */
function documented(subcommand: RouterCommand): RouterCommand {
  const known = Object.values<CommandSpec>(specs).find(({ name }) => name === subcommand.name)
  return { ...subcommand, ...known }
}

export default {
  ...container,
  subcommands: [
    caching,
    getName,
    getRedir,
    { ...specs.help, run: () => help },
    id,
    info,
    kill,
    list,
    maintNotifications,
    noEvict,
    noTouch,
    pause,
    reply,
    routing,
    setInfo,
    setName,
    tracking,
    trackingInfo,
    unblock,
    unpause,
  ].map(documented),
} satisfies RouterCommand
