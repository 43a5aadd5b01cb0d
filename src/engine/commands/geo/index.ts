// The geo commands: sorted sets whose scores are geohashes.

import type { EngineCommand } from '../command.js'
import geoadd from './geoadd.js'
import geodist from './geodist.js'
import geohash from './geohash.js'
import geopos from './geopos.js'
import georadius from './georadius.js'
import georadiusRo from './georadius-ro.js'
import georadiusbymember from './georadiusbymember.js'
import georadiusbymemberRo from './georadiusbymember-ro.js'
import geosearch from './geosearch.js'
import geosearchstore from './geosearchstore.js'

export const geoCommands: readonly EngineCommand[] = [
  geoadd,
  geodist,
  geohash,
  geopos,
  georadius,
  georadiusRo,
  georadiusbymember,
  georadiusbymemberRo,
  geosearch,
  geosearchstore,
]
