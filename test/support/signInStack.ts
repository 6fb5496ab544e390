import { randomBytes } from 'node:crypto'
import type { Stack } from '../../stack/stack.ts'
import { developmentProvider } from '../../stack/identityProvider/server.ts'
import { freePort } from '../../stack/ports.ts'
import { service } from '../../stack/service.ts'
import { waitForHttp } from '../../stack/probes.ts'
import { testStack } from './testStack.ts'

export async function signInStack(): Promise<{ stack: Stack; origin: string; issuer: string }> {
  const [port, metrics, idp] = await Promise.all([freePort(), freePort(), freePort()])
  const origin = `http://127.0.0.1:${port}`
  const issuers = [
    { issuer: `${origin}/account`, jwks: `${origin}/account/jwks.json`, kinds: ['user', 'guest'] },
  ]
  const stack = await testStack({
    env: () => ({ AUTH: 'required', ISSUERS: JSON.stringify(issuers) }),
  })
  const { server: provider, settings } = developmentProvider(origin, idp)
  await stack.start(provider)
  const spec = await service({
    ...stack,
    role: 'ingest',
    index: 9,
    redisPrefix: 'x',
    mqttPrefix: 'x',
    copyKeys: 'x'.repeat(43),
    env: {
      PORT: String(port),
      METRICS_PORT: String(metrics),
      PUBLIC_ORIGIN: origin,
      ACCOUNT_KEY: randomBytes(32).toString('base64url'),
      SECURE_COOKIES: 'false',
      DATABASE_CONNECTIONS: '3',
      DEFAULT_GRANTS: 'group:staff read,write rooms.**',
      PROVIDERS: JSON.stringify([settings]),
    },
  })
  await stack.start({
    ...spec,
    name: 'account-1',
    probe: () => waitForHttp(`http://127.0.0.1:${metrics}/ready`, 200),
    command: {
      ...spec.command,
      args: spec.command.args.map((a) => a.replace('dist/ingest', 'dist/account')),
    },
  })
  return { stack, origin, issuer: provider.url }
}
