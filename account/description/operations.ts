import { invitations, removals } from './admins.ts'
import { channels } from './channels.ts'
import { grants } from './grants.ts'
import { passkeys } from './passkeys.ts'
import { providers } from './providers.ts'
import { sessions } from './sessions.ts'
import { signIns } from './signIns.ts'
import { tokens } from './tokens.ts'

/** All that account answers. Their examples run in this order. */
export const accountOperations = [
  ...invitations,
  ...signIns,
  ...providers,
  ...passkeys,
  ...sessions,
  ...tokens,
  ...removals,
  ...grants,
  ...channels,
]
