import type { Express } from 'express'
import { expect, test } from '@jest/globals'
import { accountOperations } from '../account/description/operations.ts'
import { createAccountApp } from '../account/app.ts'
import { createOidcRoutes } from '../account/oidc/oidc.ts'
import type { Operation } from '../chassis/description/operation.ts'
import { ROUTES } from '../gateway/events/frontDoor.ts'
import { gatewayOperations } from '../gateway/description/operations.ts'
import { presenceRoute } from '../gateway/presenceRoute.ts'
import { createIngest } from '../ingest/app.ts'
import { ingestOperations } from '../ingest/description/operations.ts'
import { operations } from './operations.ts'

/** In the place of everything that a service is made of: the apps below are never asked anything. */
const anything: unknown = new Proxy(() => {}, {
  get: (_target, name) => (name === Symbol.toPrimitive ? () => 0 : anything),
  apply: () => anything,
})

/** What a function makes of options that are nothing but their names. */
function makeOf<T>(make: (options: never) => T, names: string[], more: object): T {
  const options = { ...Object.fromEntries(names.map((name) => [name, anything])), ...more }
  return Reflect.apply(make, undefined, Object([options]))
}

/** The methods and paths of an app, as a description writes them. */
function routesOf(app: Express): string[] {
  return app.router.stack.flatMap(({ route }) => {
    const path = route?.path.replaceAll(/:(\w+)/g, '{$1}')
    const methods = new Set(route?.stack.map((layer) => layer.method).filter(Boolean))
    return [...methods].map((method) => `${method} ${path}`)
  })
}

const namesOf = (described: readonly Operation[]): string[] =>
  described.map(({ method, path }) => `${method} ${path}`).sort()

test('Each route of ingest is described, and nothing else', () => {
  const names = ['auth', 'logs', 'limits', 'bodyLimits', 'stopping', 'logger', 'registry']
  const app = makeOf(createIngest, names, { corsOrigins: [] })
  expect(namesOf(ingestOperations)).toEqual(routesOf(app).sort())
})

test('Each route of account is described, and nothing else', () => {
  const providerRoutes = makeOf(createOidcRoutes, ['cookies', 'state', 'signIns', 'database'], {
    origin: 'http://chat.example',
    providers: [{ id: ':provider' }],
  })
  const names = ['account', 'limit', 'logger', 'registry']
  const app = makeOf(createAccountApp, names, { providerRoutes })
  expect(namesOf(accountOperations)).toEqual(routesOf(app).sort())
})

test('Each route of the gateway is described, and nothing else', () => {
  const routes = ROUTES.map(({ path, answeredBefore }) => [path, answeredBefore])
  expect(routes).toEqual([['/events', ['GET', 'HEAD']]])
  const names = ['requireAccess', 'split', 'ask', 'limit', 'subjectOf']
  const { path, get, ...others } = makeOf(presenceRoute, names, {})
  expect([typeof get, others]).toEqual(['function', {}])
  expect(namesOf(gatewayOperations)).toEqual(['get /events', `get ${path}`])
})

test('No two operations have the same id', () => {
  const ids = operations.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
})
