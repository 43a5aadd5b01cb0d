// What may be used in a cluster whose members run different builds. Each build knows formats and commands up to a
// version; the cluster has one, in its topology, that all of its members know. What a version brought is used only
// once the cluster has it.

/** 1: as it began. */
export const clusterVersionFirst = 1
/**
 * What this build knows. A new kind of entry, effect or command, or another meaning of one, takes the next number,
 * and stands in the list below.
 *
 * 2: members of groups change at run time, and slots move between shard groups.
 * 3: shard groups come and go at run time, and members where shard groups are placed.
 * 4: slots of some keyspaces stay while those of others move, and who joins with nothing holds what everybody has.
 * 5: slots of placed eventual keyspaces move, too.
 * 6: members come and go where eventual keyspaces are placed.
 */
export const clusterVersionNewest = 6

/** Members of groups change at run time. */
export const memberChangesSince = 2
/** Slots move between shard groups. */
export const movesSince = 2
/** Shard groups come and go. */
export const shardChangesSince = 3
/** Slots of some keyspaces stay while those of others move. */
export const rootsSince = 4
/** Slots of placed eventual keyspaces move. */
export const handsSince = 5
/** Members come and go where eventual keyspaces are placed. */
export const seatsSince = 6
