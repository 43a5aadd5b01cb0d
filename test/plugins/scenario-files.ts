// The scenarios of a plugin of this repository, in test/plugins/<name>/testdata.

import { readdirSync } from 'node:fs'

export function scenarioFiles(plugin: string): readonly URL[] {
  // The compiled file lies in dist/test/plugins.
  const folder = new URL(`../../../test/plugins/${plugin}/testdata/`, import.meta.url)
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'))
  return names.map((name) => new URL(name, folder))
}
