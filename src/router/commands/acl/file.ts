// ACL SAVE and LOAD, where the configuration names a file of users.

import { error } from '../../../api/replies.js'
import type { Run } from '../../state.js'

const noFile = error(
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
)

export const save: Run = () => noFile

export const load: Run = () => noFile
