import type { Stack, StackOptions } from '../../stack/stack.ts'
import { putAccess, revoke } from './putAccess.ts'
import { TestIssuer } from './testIssuer.ts'
import { testStack } from './testStack.ts'

/** A whole stack with AUTH=required. It accepts the tokens of one issuer. */
export interface AuthStack extends Stack {
  issuer: TestIssuer
  ingests: string[]
  gateways: string[]
  /** Puts a grant, `read,write rooms.**`, or takes it away with no actions, ` rooms.**`. */
  grant: (subject: string, grant: string) => Promise<void>
  /** Refuses all tokens of a principal, a session or one alone, for ever. */
  revoke: (subject: string) => Promise<void>
}

export async function authStack(
  options: Pick<StackOptions, 'ingests' | 'gateways'> = {},
): Promise<AuthStack> {
  const issuer = await TestIssuer.create()
  const stack = await testStack({ bridges: 1, ...options, env: () => issuer.env() })
  const urls = (role: string): string[] =>
    stack.processes.filter((each) => each.role === role).map(({ url = '' }) => url)
  return {
    ...stack,
    issuer,
    ingests: urls('ingest'),
    gateways: urls('gateway'),
    grant: (subject, grant) => {
      const [actions = '', pattern = ''] = grant.split(' ')
      return putAccess(stack.databaseUrl, ['grant', subject, pattern, actions, null, null])
    },
    revoke: (subject) => revoke(stack.databaseUrl, subject),
  }
}
