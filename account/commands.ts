import { parseArgs } from 'node:util'
import type { z } from 'zod'
import { isPattern } from '../contract/grants.ts'
import { parsePrincipal } from '../contract/principal.ts'
import type { ApiKeys } from './apiKeys.ts'
import { groups, keyPrincipal, localName } from './fields.ts'
import type { GrantTable } from './grantTable.ts'
import type { Invitations } from './invitations.ts'
import type { Revocations } from './revocations.ts'
import { isSubject, parseSubjectGrant } from './subject.ts'

export const HELP = `npm run account -- COMMAND: administers the accounts of a Causeway.

  invite [--name NAME] [--groups A,B] [--admin]   a link by which a person makes an account, or sets a new password
  admin-link [--if-none]                          a link by which a person becomes admin
  key PRINCIPAL [--name NAME] [--groups A,B]      an API key for service:… or device:…
  delete-key ID                                   deletes an API key, and ends what its tokens opened
  grant SUBJECT ACTIONS PATTERN                   grant user:alice read,write 'rooms.**'
  ungrant SUBJECT PATTERN
  ban PRINCIPAL, unban PRINCIPAL                  refuses all its tokens, and lets it sign in no more
  revoke PRINCIPAL                                ends its sessions; it may sign in again

Environment:
  DATABASE_URL    Postgres, if it is not that of the Causeway which npm start runs here
  PUBLIC_ORIGIN   where browsers reach it, for links
  STACK_DIR       the folder of npm start (default .stack)
`

/** A command line that means nothing. */
export class WrongUsage extends Error {}

interface CommandParts {
  invitations: Invitations
  apiKeys: ApiKeys
  grants: GrantTable
  revocations: Revocations
  hasAdmin: () => Promise<boolean>
}

const OPTIONS = {
  name: { type: 'string' },
  groups: { type: 'string', default: '' },
  admin: { type: 'boolean', default: false },
  'if-none': { type: 'boolean', default: false },
} as const

/** Runs one command, and resolves to what it prints. Throws WrongUsage before it has changed anything. */
export async function runCommand(args: readonly string[], parts: CommandParts): Promise<string> {
  const { invitations, apiKeys, grants, revocations } = parts
  const { values, positionals } = parse(args)
  const [command = '', first = '', second = '', third = '', ...more] = positionals
  if (more.length > 0) throw new WrongUsage(`What is "${more.join(' ')}"?`)
  const inGroups = read(groups, values.groups.split(',').filter(Boolean), 'The groups')
  switch (command) {
    case 'invite': {
      const principal =
        values.name === undefined ? undefined : read(localName, values.name, 'The name')
      return invitations.create({ principal, groups: inGroups, admin: values.admin })
    }
    case 'admin-link':
      if (values['if-none'] && (await parts.hasAdmin())) return ''
      return invitations.create({ groups: [], admin: true, first: values['if-none'] })
    case 'key': {
      const principal = read(keyPrincipal, first, 'The principal')
      const name = values.name ?? principal.slice(principal.indexOf(':') + 1)
      const made = { principal, name, groups: inGroups, createdBy: 'command' }
      return (await apiKeys.create(made)).key
    }
    case 'delete-key':
      if (!(await apiKeys.delete(first))) throw new WrongUsage(`There is no key "${first}".`)
      return 'deleted'
    case 'grant': {
      const grant = parseSubjectGrant(`${first} ${second} ${third}`)
      if (grant === undefined)
        throw new WrongUsage('A grant is like: user:alice read,write rooms.**')
      if (!(await grants.put(grant))) throw new WrongUsage('There are too many grants already.')
      return 'granted'
    }
    case 'ungrant':
      if (!isSubject(first) || !isPattern(second) || !(await grants.remove(first, second)))
        throw new WrongUsage('There is no such grant.')
      return 'taken away'
    case 'ban':
    case 'unban':
    case 'revoke':
      if (parsePrincipal(first) === undefined)
        throw new WrongUsage('A principal is like user:alice.')
      await revocations[command](first)
      return 'done'
    default:
      throw new WrongUsage(`There is no command "${command}".`)
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error))
  }
}

function read<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new WrongUsage(`${what} ${parsed.error.issues[0]?.message ?? 'is not valid'}.`)
}
