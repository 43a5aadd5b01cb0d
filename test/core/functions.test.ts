// Which function a name calls: libraries that come again, and those that two members of a keyspace that merges load at once.

import test, { type ExecutionContext } from 'ava'
import { keyspace } from './core-world.js'
import { ScriptWorld } from './script-world.js'

type Ask = (...args: readonly string[]) => Promise<string>

/** Of a keyspace whose members merge, cut off from each other by `apart`. */
async function merged(t: ExecutionContext, apart: (a: Ask, b: Ask) => Promise<void>) {
  const keyspaces = [
    { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const,
  ]
  const scripted = new ScriptWorld({ keyspaces })
  t.teardown(() => scripted.close())
  const { world } = scripted
  const asks = [1, 2, 3].map((id): Ask => {
    const client = world.client(id)
    return (...args) => scripted.ask(client, ...args)
  }) as [Ask, Ask, Ask]
  world.isolate(2)
  await apart(asks[0], asks[1])
  world.rejoin(2)
  world.until(() => false, 1_500)
  return asks
}

function libraryOf(name: string, functions: Readonly<Record<string, number>>): string {
  const lines = Object.entries(functions).map(
    ([own, value]) => `redis.register_function('${own}', function() return ${value} end)`,
  )
  return [`#!lua name=${name}`, ...lines].join('\n')
}

test('functions: two versions of a library loaded at once: what the later one has not is not found, wherever it ran before', async (t) => {
  const asks = await merged(t, async (a, b) => {
    await a('FUNCTION', 'LOAD', libraryOf('lib', { f: 1, g: 1 }))
    t.is(await a('FCALL', 'g', '0'), ':1\r\n')
    await b('FUNCTION', 'LOAD', libraryOf('lib', { f: 2 }))
  })
  for (const ask of asks) {
    t.is(await ask('FCALL', 'f', '0'), ':2\r\n')
    t.is(await ask('FCALL', 'g', '0'), '-ERR Function not found\r\n')
  }
})

test('functions: two libraries with a function of one name loaded at once: the later, whatever was called before', async (t) => {
  const asks = await merged(t, async (a, b) => {
    await a('FUNCTION', 'LOAD', libraryOf('one', { f: 1, g: 1 }))
    await b('FUNCTION', 'LOAD', libraryOf('two', { f: 2, h: 2 }))
  })
  for (const ask of asks) {
    t.is(await ask('FCALL', 'f', '0'), ':2\r\n')
    t.is(await ask('FCALL', 'g', '0'), ':1\r\n')
    t.is(await ask('FCALL', 'f', '0'), ':2\r\n')
  }
})

test('functions: a library that is loaded again after another one had its function: its own is called', async (t) => {
  const scripted = new ScriptWorld({ members: 1 })
  t.teardown(() => scripted.close())
  const client = scripted.world.client(1)
  for (const [name, value] of [
    ['one', 1],
    ['two', 2],
    ['one', 1],
  ] as const) {
    await scripted.ask(client, 'FUNCTION', 'LOAD', libraryOf(name, { f: value }))
    t.is(await scripted.ask(client, 'FCALL', 'f', '0'), `:${value}\r\n`)
    await scripted.ask(client, 'FUNCTION', 'DELETE', name)
  }
})
