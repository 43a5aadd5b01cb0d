// Loaded into each member of a soak before its own code (`node --import`): at SIGUSR2 it collects everything and says in
// its log what is left, so that two looks differ by what is kept and not by where V8 is between two collections.

const { gc } = globalThis
/** Milliseconds after which the pages that are free are the system's again. */
const freedMs = 500
let count = 0

process.on('SIGUSR2', () => {
  // Without options: with any, node 20 collects only what is young. The second takes what finalizers let go.
  for (let i = 0; i < 2; i++) gc?.()
  const { heapUsed, external } = process.memoryUsage()
  count++
  setTimeout(() => {
    const { rss } = process.memoryUsage()
    console.log(`collected ${JSON.stringify({ count, rss, alive: heapUsed + external })}`)
  }, freedMs)
})
