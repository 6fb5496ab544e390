import { z } from 'zod'
import type { AccessRow } from '../../contract/access.ts'
import { type Grant, subjectsOf } from '../../contract/grants.ts'
import { parsePrincipal } from '../../contract/principal.ts'
import { type Acl, grantAcls } from './acl.ts'
import type { BrokerControl } from './control.ts'

export interface Device {
  /** `device:t1` or `service:meter`. It is the user's name, and the one client id that the user may have. */
  principal: string
  groups: readonly string[]
}

const Clients = z.object({
  clients: z.array(z.object({ username: z.string(), textdescription: z.string().default('') })),
})
const Roles = z.object({
  roles: z.array(
    z.object({
      rolename: z.string(),
      acls: z.array(z.object({ acltype: z.string(), topic: z.string() })).default([]),
    }),
  ),
})

/** Devices, and services of others, as users of the broker. What they may do follows from their grants. */
export class Devices {
  readonly #control: BrokerControl
  readonly #prefix: string

  constructor(control: BrokerControl, prefix: string) {
    this.#control = control
    this.#prefix = prefix
  }

  /** Makes a user, or gives one another password, groups and rights; a new password ends its connection. */
  async put(device: Device, password: string, rows: readonly AccessRow[]): Promise<void> {
    const { principal, groups } = device
    const named = { username: principal, clientid: principal }
    await this.#control.run(
      { command: 'createRole', rolename: principal },
      { command: 'modifyRole', rolename: principal, acls: this.#acls(device, rows) },
      { command: 'createClient', ...named },
      {
        command: 'modifyClient',
        ...named,
        roles: [{ rolename: principal }],
        textdescription: groups.join(','),
      },
      { command: 'setClientPassword', username: principal, password },
    )
  }

  /** Its connection ends. It is no error if there is no such user. */
  async remove(principal: string): Promise<void> {
    if (!(await this.list()).some((device) => device.principal === principal)) return
    await this.#control.run(
      { command: 'deleteClient', username: principal },
      { command: 'deleteRole', rolename: principal },
    )
  }

  async list(): Promise<Device[]> {
    const [data] = await this.#control.run({ command: 'listClients', verbose: true })
    return Clients.parse(data).clients.flatMap(({ username, textdescription }) =>
      parsePrincipal(username) === undefined
        ? []
        : [{ principal: username, groups: textdescription.split(',').filter(Boolean) }],
    )
  }

  /** Gives every user the rights that the rows give it now. It writes only those that differ. */
  async follow(rows: readonly AccessRow[]): Promise<void> {
    const [data] = await this.#control.run({ command: 'listRoles', verbose: true })
    const { roles } = Roles.parse(data)
    for (const device of await this.list()) {
      const acls = this.#acls(device, rows)
      const has = roles.find(({ rolename }) => rolename === device.principal)?.acls ?? []
      if (textOf(has) === textOf(acls)) continue
      await this.#control.run({ command: 'modifyRole', rolename: device.principal, acls })
    }
  }

  #acls(device: Device, rows: readonly AccessRow[]): Acl[] {
    return grantAcls(this.#prefix, device.principal, grantsOf(device, rows))
  }
}

/** A principal's grants: its own, those of its kind, and those of its groups; none if it is banned. */
function grantsOf({ principal, groups }: Device, rows: readonly AccessRow[]): Grant[] {
  const subjects = subjectsOf(principal, groups)
  const isBanned = rows.some(
    (row) => row.kind === 'revocation' && row.subject === principal && row.notBefore === Infinity,
  )
  if (isBanned) return []
  return rows.flatMap((row) =>
    row.kind === 'grant' && subjects.includes(row.subject) ? [row] : [],
  )
}

function textOf(acls: readonly { acltype: string; topic: string }[]): string {
  return acls
    .map(({ acltype, topic }) => `${acltype} ${topic}`)
    .sort()
    .join('\n')
}
