import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Acl } from './acl.ts'

/** A user of the broker, before it runs. */
export interface BrokerUser {
  name: string
  password: string
  acls: readonly Acl[]
}

/** What the dynamic security plugin keeps in its file, as far as this looks at it. */
const Document = z.looseObject({
  clients: z.array(z.looseObject({ username: z.string() })).default([]),
  roles: z.array(z.looseObject({ rolename: z.string() })).default([]),
})

/** Mosquitto's own number of rounds. It is small because the passwords are 256 random bits. */
const ITERATIONS = 101

/**
 * The plugin's file with these users in it, each with a role of its name; every other user stays, devices above all. Give it to a
 * broker that starts: one that runs keeps the file in memory, and overwrites it.
 * @throws if the text is not such a file
 */
export function withUsers(text: string | undefined, users: readonly BrokerUser[]): string {
  const { clients, roles, ...rest } = Document.parse(JSON.parse(text ?? '{}'))
  const isOther = (name: string): boolean => users.every((user) => user.name !== name)
  return JSON.stringify({
    ...rest,
    defaultACLAccess: {
      publishClientSend: false,
      publishClientReceive: false,
      subscribe: false,
      unsubscribe: true,
    },
    clients: [...clients.filter(({ username }) => isOther(username)), ...users.map(toClient)],
    roles: [
      ...roles.filter(({ rolename }) => isOther(rolename)),
      ...users.map(({ name, acls }) => ({ rolename: name, acls })),
    ],
  })
}

function toClient({ name, password }: BrokerUser): { username: string } & Record<string, unknown> {
  const salt = randomBytes(12)
  return {
    username: name,
    password: pbkdf2Sync(password, salt, ITERATIONS, 64, 'sha512').toString('base64'),
    salt: salt.toString('base64'),
    iterations: ITERATIONS,
    roles: [{ rolename: name }],
  }
}
