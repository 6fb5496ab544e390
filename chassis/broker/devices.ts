import type { Grant } from '../../contract/grants.ts'
import { type Acl, grantAcls } from './acl.ts'
import { type BrokerUser, markOf, readRoles, readUsers } from './brokerUsers.ts'
import type { BrokerControl, Command } from './control.ts'

export interface Device {
  /** `device:t1` or `service:meter`. It is the user's name, and the one client id that the user may have. */
  principal: string
  groups: readonly string[]
}

/** What a device's rights follow from; see AccessTable. */
export interface Rights {
  grantsOf(principal: string, groups: readonly string[]): Grant[]
  refusedBefore(principal: string): number
}

/**
 * Devices, and services of others, as users of the broker. What they may do follows from their grants. Users with another prefix are
 * another installation's.
 */
export class Devices {
  readonly #control: BrokerControl
  readonly #prefix: string

  constructor(control: BrokerControl, prefix: string) {
    this.#control = control
    this.#prefix = prefix
  }

  /** Makes a user, or gives one another password, groups and rights; its connection ends. */
  async put(device: Device, password: string, rights: Rights): Promise<void> {
    const { principal, groups } = device
    const rolename = this.#roleOf(principal)
    const named = { username: principal, clientid: principal }
    await this.#control.run(
      { command: 'createRole', rolename },
      { command: 'modifyRole', rolename, acls: this.#acls(device, rights) },
      { command: 'createClient', ...named },
      {
        command: 'modifyClient',
        ...named,
        roles: [{ rolename }],
        textname: markOf(rights.refusedBefore(principal)),
        textdescription: groups.join(','),
      },
      { command: 'setClientPassword', username: principal, password },
      switchOf(principal, rights),
    )
  }

  /** Its connection ends. It is no error if there is no such user. */
  async remove(principal: string): Promise<void> {
    if (!(await this.list()).some((device) => device.principal === principal)) return
    await this.#control.run(
      { command: 'deleteClient', username: principal },
      { command: 'deleteRole', rolename: this.#roleOf(principal) },
    )
  }

  async list(): Promise<Device[]> {
    const users = await readUsers(this.#control, (principal) => this.#roleOf(principal))
    return users.map(({ principal, groups }) => ({ principal, groups }))
  }

  /**
   * Gives every user what its rights are now. It writes only what differs, so several may do it at once. A ban
   * ends the connection and lets none in. A revocation ends it once: the broker's own record says which one it has obeyed.
   * `readRights` reads them as they are at its call.
   */
  async follow(readRights: () => Promise<Rights>): Promise<void> {
    const users = await readUsers(this.#control, (principal) => this.#roleOf(principal))
    // Rights are read after what they are compared with: by older ones this would undo what another has just done.
    const first = await readRights()
    // Who must go first.
    for (const user of users) {
      const commands = connectionCommands(user, first)
      if (commands.length > 0) await this.#control.run(...commands)
    }
    const roles = await readRoles(this.#control)
    const rights = await readRights()
    for (const user of users) {
      const rolename = this.#roleOf(user.principal)
      const acls = this.#acls(user, rights)
      if (textOf(roles.get(rolename) ?? []) === textOf(acls)) continue
      await this.#control.run({ command: 'modifyRole', rolename, acls })
    }
  }

  #roleOf(principal: string): string {
    return `${this.#prefix}/${principal}`
  }

  /** None while it is banned: its session may wait for it at the broker. */
  #acls({ principal, groups }: Device, rights: Rights): Acl[] {
    if (isBanned(principal, rights)) return []
    return grantAcls(this.#prefix, principal, rights.grantsOf(principal, groups))
  }
}

/** What must be done to its connection. */
function connectionCommands(
  { principal, isDisabled, obeyed }: BrokerUser,
  rights: Rights,
): Command[] {
  const refusedBefore = rights.refusedBefore(principal)
  const isNew = Number.isFinite(refusedBefore) && obeyed < Math.floor(refusedBefore)
  return [
    // The plugin ends the connection of a client that is modified.
    ...(isNew
      ? [{ command: 'modifyClient', username: principal, textname: markOf(refusedBefore) }]
      : []),
    ...(isDisabled === isBanned(principal, rights) ? [] : [switchOf(principal, rights)]),
  ]
}

function isBanned(principal: string, rights: Rights): boolean {
  return rights.refusedBefore(principal) === Infinity
}

function switchOf(principal: string, rights: Rights): Command {
  const command = isBanned(principal, rights) ? 'disableClient' : 'enableClient'
  return { command, username: principal }
}

function textOf(acls: readonly { acltype: string; topic: string }[]): string {
  return acls
    .map(({ acltype, topic }) => `${acltype} ${topic}`)
    .sort()
    .join('\n')
}
