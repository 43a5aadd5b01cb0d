// CLIENT: the connection it comes on, and the others.

import { container, helpOf, type RouterCommand } from '../command.js'
import { pause, reply, unpause } from './client/flow.js'
import { getName, id, info, setInfo, setName } from './client/identity.js'
import { kill } from './client/kill.js'
import { list } from './client/list.js'
import { maintNotifications, noEvict, noTouch, unblock } from './client/rest.js'
import { caching, getRedir, tracking, trackingInfo } from './client/tracking.js'

const help = helpOf('client', {
  since: '5.0.0',
  group: 'connection',
  lines: [
    'GETNAME',
    '    Return the name of the current connection.',
    'ID',
    '    Return the ID of the current connection.',
    'INFO',
    '    Return information about the current client connection.',
    'KILL <ip:port>',
    '    Kill connection made from <ip:port>.',
    'KILL <option> <value> [<option> <value> [...]]',
    '    Kill connections by ID, ADDR, LADDR, TYPE, USER, MAXAGE and SKIPME.',
    'LIST [TYPE <type>] [ID <id> [<id> ...]]',
    '    Return information about client connections.',
    'NO-EVICT (ON|OFF)',
    '    Protect current client connection from eviction.',
    'NO-TOUCH (ON|OFF)',
    '    Leave the age of keys alone.',
    'PAUSE <timeout> [WRITE|ALL]',
    '    Suspend all, or just write, clients of this member for <timeout> milliseconds.',
    'REPLY (ON|OFF|SKIP)',
    '    Control the replies sent to the current connection.',
    'SETINFO (LIB-NAME|LIB-VER) <value>',
    '    Set library name and version of the current connection.',
    'SETNAME <name>',
    '    Assign the name <name> to the current connection.',
    'UNPAUSE',
    '    Stop the current client pause, resuming traffic.',
  ],
})

export default {
  ...container,
  name: 'client',
  group: 'connection',
  since: '2.4.0',
  summary: 'Commands about connections.',
  complexity: 'Depends on subcommand.',
  subcommands: [
    caching,
    getName,
    getRedir,
    help,
    id,
    info,
    kill,
    list,
    maintNotifications,
    noEvict,
    noTouch,
    pause,
    reply,
    setInfo,
    setName,
    tracking,
    trackingInfo,
    unblock,
    unpause,
  ],
} satisfies RouterCommand
