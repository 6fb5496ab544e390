import { once } from 'node:events'
import { createServer } from 'node:http'
import { freePort } from '../../../stack/ports.ts'
import { TestIssuer } from '../../support/testIssuer.ts'
import type { Links } from './links.ts'

/** The link over which ingests and gateways read the keys of tokens, as they do from account. */
export const KEYS_LINK = 'services>account'

/** The tokens of a system with AUTH=required. */
export interface Tokens {
  issuer: TestIssuer
  /** Of ingests and gateways. */
  env: NodeJS.ProcessEnv
  /** By which the usual readers and posts come in. */
  headers: Record<string, string>
  close: () => Promise<void>
}

/** Serves the keys of an issuer of its own, behind a link. */
export async function openTokens(links: Links): Promise<Tokens> {
  const issuer = await TestIssuer.create()
  const { jwks } = issuer.entry()
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(jwks))
  })
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const link = await links.open(KEYS_LINK, port)
  // For a day, because these readers have no new one.
  const exp = Math.floor(Date.now() / 1_000) + 86_400
  const token = await issuer.token('service:faults', { grants: ['read,write faults.**'], exp })
  return {
    issuer,
    env: issuer.env(`http://127.0.0.1:${link.port}/`),
    headers: { authorization: `Bearer ${token}` },
    close: async () => {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** By which the usual readers and posts come in. */
export function headersOf(tokens: Tokens | undefined): {
  reader: Record<string, string>
  sender: Record<string, string>
} {
  if (tokens === undefined) return { reader: {}, sender: { 'causeway-sender': 'publisher' } }
  return { reader: tokens.headers, sender: tokens.headers }
}
