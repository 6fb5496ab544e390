import { randomBytes } from 'node:crypto'
import type { Child } from '../../stack/child.ts'
import { service } from '../../stack/service.ts'
import type { Stack } from '../../stack/stack.ts'

/** One process of account beside a running stack, on the stack's database; it stops with the stack. */
export async function startAccount(stack: Stack): Promise<Child> {
  const env = {
    PUBLIC_ORIGIN: stack.origin,
    ACCOUNT_KEY: randomBytes(32).toString('base64url'),
  }
  const unused = { redisPrefix: 'x', mqttPrefix: 'x', copyKeys: 'x' }
  return stack.start(await service({ ...stack, ...unused, role: 'account', index: 1, env }))
}
