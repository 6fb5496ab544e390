import { z } from 'zod'
import { parsePrincipal } from '../../contract/principal.ts'
import type { BrokerControl } from './control.ts'

/** A principal as a running broker has it. */
export interface BrokerUser {
  principal: string
  groups: readonly string[]
  isDisabled: boolean
  /** Milliseconds since 1970: the last revocation that ended its connection; -Infinity: none. */
  obeyed: number
}

/** One of a role's rights, without what is the same for all of ours. */
interface RoleAcl {
  acltype: string
  topic: string
}

const Clients = z.object({
  clients: z.array(
    z.object({
      username: z.string(),
      textname: z.string().default(''),
      textdescription: z.string().default(''),
      disabled: z.boolean().default(false),
      roles: z.array(z.object({ rolename: z.string() })).default([]),
    }),
  ),
})
const Roles = z.object({
  roles: z.array(
    z.object({
      rolename: z.string(),
      acls: z.array(z.object({ acltype: z.string(), topic: z.string() })).default([]),
    }),
  ),
})

/** An answer of the plugin is one packet, which has a bound; rights take most. */
const USERS_AT_ONCE = 500
const ROLES_AT_ONCE = 20

/** The users that are principals and have the role of that name. */
export async function readUsers(
  control: BrokerControl,
  roleOf: (principal: string) => string,
): Promise<BrokerUser[]> {
  const found: BrokerUser[] = []
  for (let offset = 0; ; offset += USERS_AT_ONCE) {
    const page = { verbose: true, count: USERS_AT_ONCE, offset }
    const [data] = await control.run({ command: 'listClients', ...page })
    const { clients } = Clients.parse(data)
    for (const { username, textname, textdescription, disabled, roles } of clients) {
      const isOurs = roles.some(({ rolename }) => rolename === roleOf(username))
      if (parsePrincipal(username) === undefined || !isOurs) continue
      found.push({
        principal: username,
        groups: textdescription.split(',').filter(Boolean),
        isDisabled: disabled,
        obeyed: readMark(textname),
      })
    }
    if (clients.length < USERS_AT_ONCE) return found
  }
}

/** The rights of all roles, by the role's name. */
export async function readRoles(control: BrokerControl): Promise<Map<string, RoleAcl[]>> {
  const found = new Map<string, RoleAcl[]>()
  for (let offset = 0; ; offset += ROLES_AT_ONCE) {
    const page = { verbose: true, count: ROLES_AT_ONCE, offset }
    const [data] = await control.run({ command: 'listRoles', ...page })
    const { roles } = Roles.parse(data)
    for (const { rolename, acls } of roles) found.set(rolename, acls)
    if (roles.length < ROLES_AT_ONCE) return found
  }
}

const MARK = 'revoked '

/** The text by which the broker remembers that it has obeyed a revocation of this time; empty if it is none. */
export function markOf(time: number): string {
  return Number.isFinite(time) ? MARK + new Date(time).toISOString() : ''
}

function readMark(text: string): number {
  return text.startsWith(MARK) ? Date.parse(text.slice(MARK.length)) : -Infinity
}
