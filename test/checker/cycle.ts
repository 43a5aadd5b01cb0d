// Cycles of a large graph, without recursion.

/**
 * The nodes of one cycle in their order, or null. `nodes` are 0 to count - 1, `edges` pairs of them.
 */
export function cycleOf(count: number, edges: readonly number[]): readonly number[] | null {
  const { from, to } = groupBySource(count, edges)
  const indegree = new Uint32Array(count)
  for (const target of to) indegree[target] = (indegree[target] as number) + 1
  const free: number[] = []
  for (let node = 0; node < count; node++) if (indegree[node] === 0) free.push(node)
  let gone = 0
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    gone++
    for (let at = from[node] as number; at < (from[node + 1] as number); at++) {
      const target = to[at] as number
      indegree[target] = (indegree[target] as number) - 1
      if (indegree[target] === 0) free.push(target)
    }
  }
  return gone === count ? null : walk(indegree, edges)
}

/** Every node that is left has one before it that is left: going back must meet a node twice. */
function walk(indegree: Uint32Array, edges: readonly number[]): readonly number[] {
  const source = new Map<number, number>()
  for (let at = 0; at < edges.length; at += 2) {
    const [a, b] = [edges[at] as number, edges[at + 1] as number]
    if (indegree[a] !== 0 && indegree[b] !== 0) source.set(b, a)
  }
  const met: number[] = []
  const places = new Map<number, number>()
  let node = source.keys().next().value as number
  while (!places.has(node)) {
    places.set(node, met.length)
    met.push(node)
    node = source.get(node) as number
  }
  return met.slice(places.get(node) as number).reverse()
}

/** `to[from[n]]` to `to[from[n + 1] - 1]` are the targets of node n. */
function groupBySource(
  count: number,
  edges: readonly number[],
): { from: Uint32Array; to: Uint32Array } {
  const from = new Uint32Array(count + 1)
  for (let at = 0; at < edges.length; at += 2) {
    const after = (edges[at] as number) + 1
    from[after] = (from[after] as number) + 1
  }
  for (let node = 0; node < count; node++) {
    from[node + 1] = (from[node + 1] as number) + (from[node] as number)
  }
  const to = new Uint32Array(edges.length / 2)
  const next = from.slice()
  for (let at = 0; at < edges.length; at += 2) {
    const source = edges[at] as number
    const place = next[source] as number
    to[place] = edges[at + 1] as number
    next[source] = place + 1
  }
  return { from, to }
}
