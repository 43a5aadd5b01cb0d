// Every command of the router, in the order in which COMMAND lists them.

import type { RouterCommand } from '../command.js'
import auth from './auth.js'
import client from './client.js'
import { asking, cluster, readOnly, readWrite } from './cluster/index.js'
import command from './command.js'
import config from './config.js'
import echo from './echo.js'
import hello from './hello.js'
import info from './info.js'
import acl from './acl/index.js'
import latency from './latency.js'
import memory from './memory.js'
import migrate from './migrate.js'
import module from './module.js'
import monitor from './monitor.js'
import slowlog from './slowlog.js'
import { bgRewriteAof, bgSave, lastSave, save } from './persistence.js'
import ping from './ping.js'
import { publish, spublish } from './pubsub/publish.js'
import { pubsub } from './pubsub/pubsub.js'
import {
  psubscribe,
  punsubscribe,
  ssubscribe,
  subscribe,
  sunsubscribe,
  unsubscribe,
} from './pubsub/subscribe.js'
import quit from './quit.js'
import quorate from './quorate.js'
import debug from './debug.js'
import lolwut from './lolwut.js'
import { failover, psync, replConf, replicaOf, role, slaveOf, sync } from './replication.js'
import reset from './reset.js'
import { evalCommands } from './scripting/eval.js'
import { functions } from './scripting/function.js'
import { script } from './scripting/script.js'
import select from './select.js'
import shutdown from './shutdown.js'
import time from './time.js'
import discard from './transaction/discard.js'
import exec from './transaction/exec.js'
import multi from './transaction/multi.js'
import unwatch from './transaction/unwatch.js'
import watch from './transaction/watch.js'
import { wait, waitAof } from './wait.js'

export const routerCommands: readonly RouterCommand[] = [
  acl,
  asking,
  auth,
  bgRewriteAof,
  bgSave,
  client,
  cluster,
  command,
  config,
  debug,
  discard,
  echo,
  ...evalCommands,
  exec,
  failover,
  functions,
  hello,
  info,
  lastSave,
  latency,
  lolwut,
  memory,
  migrate,
  module,
  monitor,
  multi,
  ping,
  psync,
  psubscribe,
  publish,
  pubsub,
  punsubscribe,
  quit,
  quorate,
  readOnly,
  readWrite,
  replConf,
  replicaOf,
  reset,
  role,
  save,
  script,
  select,
  shutdown,
  slaveOf,
  slowlog,
  sync,
  spublish,
  ssubscribe,
  subscribe,
  sunsubscribe,
  time,
  unwatch,
  unsubscribe,
  wait,
  waitAof,
  watch,
]
