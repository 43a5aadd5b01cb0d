// The commands on keys of any type.

import type { EngineCommand } from '../command.js'
import copy from './copy.js'
import dbsize from './dbsize.js'
import del from './del.js'
import exists from './exists.js'
import flushall from './flushall.js'
import flushdb from './flushdb.js'
import keys from './keys.js'
import move from './move.js'
import randomkey from './randomkey.js'
import rename from './rename.js'
import renamenx from './renamenx.js'
import scan from './scan.js'
import swapdb from './swapdb.js'
import touch from './touch.js'
import type from './type.js'
import unlink from './unlink.js'

export const keysCommands: readonly EngineCommand[] = [
  copy,
  dbsize,
  del,
  exists,
  flushall,
  flushdb,
  keys,
  move,
  randomkey,
  rename,
  renamenx,
  scan,
  swapdb,
  touch,
  type,
  unlink,
]
