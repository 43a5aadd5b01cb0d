// What the documentation of unions and intersections shares.

import { oneOf } from '../../../api/arguments.js'
import type { ArgumentDoc } from '../../../api/command.js'

/** WEIGHTS and AGGREGATE. */
export const weighing: readonly ArgumentDoc[] = [
  { name: 'weight', type: 'integer', token: 'WEIGHTS', optional: true, multiple: true },
  oneOf('aggregate', ['sum', 'min', 'max'], { token: 'AGGREGATE', optional: true }),
]
