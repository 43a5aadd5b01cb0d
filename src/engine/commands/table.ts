// Every command of the engine by its lower-case name.

import type { EngineCommand } from './command.js'
import expire from './expiry/expire.js'
import expireat from './expiry/expireat.js'
import expiretime from './expiry/expiretime.js'
import persist from './expiry/persist.js'
import pexpire from './expiry/pexpire.js'
import pexpireat from './expiry/pexpireat.js'
import pexpiretime from './expiry/pexpiretime.js'
import pttl from './expiry/pttl.js'
import ttl from './expiry/ttl.js'
import copy from './keys/copy.js'
import dbsize from './keys/dbsize.js'
import del from './keys/del.js'
import exists from './keys/exists.js'
import flushall from './keys/flushall.js'
import flushdb from './keys/flushdb.js'
import keys from './keys/keys.js'
import randomkey from './keys/randomkey.js'
import rename from './keys/rename.js'
import renamenx from './keys/renamenx.js'
import scan from './keys/scan.js'
import touch from './keys/touch.js'
import type from './keys/type.js'
import unlink from './keys/unlink.js'
import append from './strings/append.js'
import decr from './strings/decr.js'
import decrby from './strings/decrby.js'
import get from './strings/get.js'
import getdel from './strings/getdel.js'
import getex from './strings/getex.js'
import getrange from './strings/getrange.js'
import getset from './strings/getset.js'
import incr from './strings/incr.js'
import incrby from './strings/incrby.js'
import incrbyfloat from './strings/incrbyfloat.js'
import lcs from './strings/lcs.js'
import mget from './strings/mget.js'
import mset from './strings/mset.js'
import msetnx from './strings/msetnx.js'
import psetex from './strings/psetex.js'
import set from './strings/set.js'
import setex from './strings/setex.js'
import setnx from './strings/setnx.js'
import setrange from './strings/setrange.js'
import strlen from './strings/strlen.js'
import substr from './strings/substr.js'

const commands: readonly EngineCommand[] = [
  expire,
  expireat,
  expiretime,
  persist,
  pexpire,
  pexpireat,
  pexpiretime,
  pttl,
  ttl,
  copy,
  dbsize,
  del,
  exists,
  flushall,
  flushdb,
  keys,
  randomkey,
  rename,
  renamenx,
  scan,
  touch,
  type,
  unlink,
  append,
  decr,
  decrby,
  get,
  getdel,
  getex,
  getrange,
  getset,
  incr,
  incrby,
  incrbyfloat,
  lcs,
  mget,
  mset,
  msetnx,
  psetex,
  set,
  setex,
  setnx,
  setrange,
  strlen,
  substr,
]

/** By lower-case name. */
export const commandTable: ReadonlyMap<string, EngineCommand> = new Map(
  commands.map((command) => [command.name, command]),
)
