// MODULE: there are none, and none can be loaded.

import { error } from '../../api/replies.js'
import { emptyArray } from '../../api/reply.js'
import { family } from '../family.js'
import { container, specs } from '../specs/module.js'

const refused = error(
  'ERR MODULE command not allowed. If the enable-module-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
)

export default family(container, specs, {
  lines: [
    'LIST',
    '    Return a list of loaded modules.',
    'LOAD <path> [<arg> ...]',
    '    Load a module library from <path>, passing to it any optional arguments.',
    'LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]',
    '    Load a module library from <path>, while passing it module configurations and optional arguments.',
    'UNLOAD <name>',
    '    Unload a module.',
  ],
  runs: {
    list: () => emptyArray,
    load: () => refused,
    loadex: () => refused,
    unload: () => refused,
  },
})
