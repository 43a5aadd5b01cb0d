// What the documentation of commands on fields with times shares.

import type { ArgumentDoc } from '../../../api/command.js'

/** FIELDS numfields field [field ...]. */
export const fieldList: ArgumentDoc = {
  name: 'fields',
  type: 'block',
  token: 'FIELDS',
  arguments: [
    { name: 'numfields', type: 'integer' },
    { name: 'field', type: 'string', multiple: true },
  ],
}
