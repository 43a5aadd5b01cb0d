// The RESP door: what clients of Redis speak, versions 2 and 3.

import type { Door } from '../api/door.js'
import { RespParser } from './parse.js'
import { encodeReply, streamReply } from './write.js'

export const respDoor: Door = {
  name: 'resp',
  parser: () => new RespParser(),
  encode: encodeReply,
  stream: streamReply,
}
