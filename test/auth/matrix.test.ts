import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type AuthStack, authStack } from '../support/authStack.ts'
import { waitFor } from '../support/waitFor.ts'
import { BEARERS, CHANNELS, TABLE } from './matrixTable.ts'

let stack: AuthStack

beforeAll(async () => {
  stack = await authStack({ ingests: 2, gateways: 2 })
  for (const [subject, grants] of Object.entries(TABLE)) {
    for (const grant of grants) await stack.grant(subject, grant)
  }
  // The last grant comes after all others.
  await stack.grant('service:probe', 'read,write probe')
  const token = await stack.issuer.token('service:probe')
  await waitFor(async () => {
    const answers = await Promise.all(
      Object.values(ROUTES).flatMap(({ replicas, ask: at }) =>
        replicas().map((origin) => at(origin, 'probe', token)),
      ),
    )
    return answers.every((status) => status < 400)
  })
}, 60_000)
afterAll(() => stack?.stop(), 60_000)

interface AskOptions {
  method?: string
  body?: string
  accept?: string
}

async function ask(
  url: string,
  token: string,
  { method = 'GET', body, accept = '*/*' }: AskOptions = {},
): Promise<number> {
  const abort = new AbortController()
  const { status } = await fetch(url, {
    method,
    signal: abort.signal,
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      Accept: accept,
    },
    ...(body === undefined ? {} : { body }),
  })
  abort.abort()
  return status
}

interface RouteCase {
  action: 'reads' | 'writes'
  success: number
  replicas: () => string[]
  ask: (origin: string, channel: string, token: string) => Promise<number>
}

const reads = (path: (channel: string) => string, options: AskOptions = {}): RouteCase => ({
  action: 'reads',
  success: 200,
  replicas: () => stack.ingests,
  ask: (origin, channel, token) => ask(`${origin}${path(channel)}`, token, options),
})
const streams = (query: (channel: string) => string, method = 'GET'): RouteCase => ({
  ...reads((channel) => `/events?${query(channel)}`, { method }),
  replicas: () => stack.gateways,
})

const ROUTES: Record<string, RouteCase> = {
  'POST /channels/…/messages': {
    action: 'writes',
    success: 201,
    replicas: () => stack.ingests,
    ask: (origin, channel, token) =>
      ask(`${origin}/channels/${channel}/messages`, token, { method: 'POST', body: '{"data":1}' }),
  },
  'GET /history': reads((channel) => `/history?channel=${channel}`),
  'HEAD /history': reads((channel) => `/history?channel=${channel}`, { method: 'HEAD' }),
  'GET /history with filters': reads(
    (channel) => `/history?channel=${channel}&sender=a&type=b&about=1`,
  ),
  'GET /history as an export': reads((channel) => `/history?channel=${channel}`, {
    accept: 'application/x-ndjson',
  }),
  'GET /channels/…': reads((channel) => `/channels/${channel}`),
  'HEAD /channels/…': reads((channel) => `/channels/${channel}`, { method: 'HEAD' }),
  'GET /events': streams((channel) => `channel=${channel}`),
  'GET /events with an id': streams((channel) => `channel=${channel}&since=0`),
  'HEAD /events': streams((channel) => `channel=${channel}`, 'HEAD'),
}

describe.each(Object.entries(ROUTES))('%s', (_route, { action, success, replicas, ask: at }) => {
  test.each(BEARERS)(
    'answers each channel to $principal by its grants, at each replica',
    async (bearer) => {
      const { principal, groups, grants } = bearer
      const claims = { ...(groups && { groups }), ...(grants && { grants }) }
      const token = await stack.issuer.token(principal, claims)
      for (const [index, origin] of replicas().entries()) {
        const found: Record<string, number> = {}
        const wanted: Record<string, number> = {}
        for (const channel of CHANNELS) {
          found[channel] = await at(origin, channel, token)
          wanted[channel] = bearer[action].test(channel) ? success : 403
        }
        expect([index, found]).toEqual([index, wanted])
      }
    },
  )
})

test.each([
  ['stream', () => `${stack.gateways[0]}/events?`, 'text/event-stream'],
  ['page of history', () => `${stack.ingests[0]}/history?`, 'application/json'],
  ['export', () => `${stack.ingests[0]}/history?`, 'application/x-ndjson'],
])(
  'A %s is refused whole, with each channel named that may not be read',
  async (_what, path, accept) => {
    const token = await stack.issuer.token('user:alice')
    const url = `${path()}channel=public.a&channel=staff.x&channel=rooms.bonn`
    const answer = await fetch(url, {
      headers: { Authorization: `Bearer ${token}`, Accept: accept },
    })
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({
        type: '/problems/forbidden',
        detail: 'No grant to read staff.x, rooms.bonn.',
      }),
    ])
  },
)

test.each(BEARERS)(
  'The list of channels has for $principal those that its grants let it read, page by page, at each replica',
  async ({ principal, groups, grants, reads: readable }) => {
    const admin = await stack.issuer.token('service:all', { grants: ['read,write **'] })
    const token = await stack.issuer.token(principal, {
      ...(groups && { groups }),
      ...(grants && { grants }),
    })
    for (const origin of stack.ingests) {
      for (const channel of CHANNELS) {
        const body = '{"data":1}'
        const posted = await ask(`${origin}/channels/${channel}/messages`, admin, {
          method: 'POST',
          body,
        })
        expect(posted).toBe(201)
      }
      const names: unknown[] = []
      for (let next = '/channels?limit=3'; next !== 'null';) {
        const headers = { Authorization: `Bearer ${token}` }
        const page: object = JSON.parse(await (await fetch(origin + next, { headers })).text())
        names.push(...Object(page).channels.map((channel: { name: string }) => channel.name))
        next = String(Object(page).next)
      }
      const all = [...CHANNELS, 'probe'].sort()
      const isReadable = (name: string): boolean =>
        readable.test(name) && (name !== 'probe' || principal === 'service:all')
      expect(names).toEqual(all.filter(isReadable))
    }
  },
)

test('A single message is read by who may read its channel, and nobody else learns whether it exists', async () => {
  const [origin = ''] = stack.ingests
  const post = await fetch(`${origin}/channels/staff.x/messages`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await stack.issuer.token('user:bob', { groups: ['staff'] })}`,
      'Content-Type': 'application/json',
    },
    body: '{"data":1}',
  })
  const path = post.headers.get('location') ?? ''
  const [bob, alice] = [
    await stack.issuer.token('user:bob', { groups: ['staff'] }),
    await stack.issuer.token('user:alice'),
  ]
  const none = path.replace(/\d+$/, '999999999')
  for (const method of ['GET', 'HEAD']) {
    expect(
      await Promise.all([
        ask(origin + path, bob, { method }),
        ask(origin + none, bob, { method }),
        ask(origin + path, alice, { method }),
        ask(origin + none, alice, { method }),
      ]),
    ).toEqual([200, 404, 403, 403])
  }
})
