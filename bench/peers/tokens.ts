import { writeFileSync } from 'node:fs'
import { service } from '../../stack/service.ts'
import { TestIssuer } from '../../test/support/testIssuer.ts'
import type { Testbed } from '../testbed.ts'
import { type Gateway, gatewayOf } from './gateway.ts'

/** Long enough for any run. */
const HOURS = 24

/** Our gateway with AUTH=required. Each of `count` streams has a token of its own, signed by RS256. */
export async function gatewayWithTokens(
  name: string,
  testbed: Testbed,
  count: number,
): Promise<Gateway> {
  const issuer = await TestIssuer.create()
  const claims = { grants: ['read bench.**'], exp: Math.floor(Date.now() / 1_000) + HOURS * 3_600 }
  const tokens: string[] = []
  for (let at = 0; at < count; at++) {
    tokens.push(await issuer.token(`user:u${at}`, { ...claims, sid: `s${at}`, name: `User ${at}` }))
  }
  const file = testbed.folder(`${testbed.fresh('tokens')}.txt`)
  writeFileSync(file, tokens.map((token) => `${token}\n`).join(''))
  return gatewayOf(name, service, { env: issuer.env(), tokens: file })
}
