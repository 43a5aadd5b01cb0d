// What `Peers` are made from, and what a member is to them when its process starts: by its disk and its configuration.

import type { Config } from '../api/config.js'
import type { MemberId, Now } from '../api/ids.js'
import type { Boot, Output } from '../api/io.js'
import { placementDigest, routingDigest, showDigest } from '../api/keyspace-digest.js'
import { hashEquals } from '../base/hash.js'
import type { Random } from '../base/random.js'
import { decodeIdentity, identityKey } from '../log/layout.js'
import { Birth } from './birth.js'
import { bootBirth } from './birth-boot.js'
import type { Clocks } from './clocks.js'
import { Lives } from './lives.js'
import type { Roster } from './roster.js'
import type { Stores } from './stores.js'
import type { Upgrade } from './upgrade.js'

export interface PeersHost {
  message(from: MemberId, group: number, channel: number, body: Uint8Array): void
  /** Of the clients' messaging, which belongs to no group. */
  messaging(from: MemberId, body: Uint8Array): void
  /** A beat for all groups. */
  rests(from: MemberId, body: Uint8Array): void
  topology(from: MemberId, body: Uint8Array): void
  peerUp(peer: MemberId): void
  peerDown(peer: MemberId): void
  /** Groups work with what is on the disk. */
  hasBegun(): boolean
}

export interface PeersInit {
  readonly config: Config
  /** Where it comes from. */
  readonly configFile?: string
  readonly out: Output[]
  readonly boot: Boot
  readonly random: Random
  readonly now: Now
  readonly stores: Stores
  readonly clocks: Clocks
  readonly host: PeersHost
  readonly roster: Pick<Roster, 'has' | 'gone' | 'isChanged' | 'files'>
  readonly upgrade: Pick<Upgrade, 'newest' | 'version'>
}

export interface PeersBoot {
  /** Null where the directory may not be used, `refusal` says why, and for who was removed. */
  readonly birth: Birth | null
  readonly lives: Lives
  readonly refusal: string
  readonly hasHistory: boolean
  readonly isOldCopy: boolean
  /** The data was written under a keyspace table that routes in another way. */
  readonly otherTable: { readonly known: string; readonly given: string } | null
}

export function bootPeers(init: PeersInit): PeersBoot {
  const { config, boot, random, now, roster } = init
  const members = config.members.map((member) => member.id)
  const identityRow = boot.logRows.find((row) => row.key === identityKey)?.value ?? null
  const { witness } = boot
  const { self, bootstrap } = config
  const { isChanged, files } = roster
  const { shards: given, shardGroups } = files
  const placement = shardGroups === undefined ? undefined : placementDigest(shardGroups)
  const shards = { given, placement, file: init.configFile ?? '' }
  const place = { self, members, isChanged, shards }
  const found = bootBirth({ ...place, identityRow, witness, bootstrap, random, now })
  const digest = routingDigest(config)
  const known = found.kind === 'known' ? found.keyspaces : null
  const isOther = known !== null && !hashEquals(known.digest, digest)
  const keyspaces = { epoch: 1, digest, shards: given, placement }
  const isOldCopy = found.kind === 'known' && found.isOldCopy
  const identity = identityRow === null ? null : decodeIdentity(identityRow)
  const life = identity === null || typeof identity === 'string' ? 0 : identity.incarnation
  const isUsable = found.kind === 'known' && members.includes(self)
  return {
    birth: isUsable
      ? new Birth({ self, members, boot: found, keyspaces, random, bootstrap, now })
      : null,
    lives: new Lives(boot.logRows, life, isOldCopy),
    refusal: found.kind === 'refused' ? found.sentence : '',
    hasHistory: found.kind === 'known' && (found.phase === 'born' || found.phase === 'lost'),
    isOldCopy,
    otherTable: isOther ? { known: showDigest(known.digest), given: showDigest(digest) } : null,
  }
}
