import { describe, expect, test } from '@jest/globals'
import type { Identity } from '../../chassis/auth/identity.ts'
import { TokenRefused } from '../../chassis/auth/tokenProblem.ts'
import { Problem } from '../../contract/problem.ts'
import { disposables } from '../../test/support/disposables.ts'
import { countConnections } from '../../test/support/rawClient.ts'
import { RawReader } from '../../test/support/rawReader.ts'
import { openStreams, type StreamServer } from '../../test/support/streamServer.ts'
import { testIdentity } from '../../test/support/testIdentity.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import type { StreamAuth } from './handler.ts'

const opened = disposables()
const ALICE = testIdentity('user:alice')

/** Lets a test decide when and how a token is verified, and what its bearer may. */
class Door {
  denied: 'revoked' | 'forbidden' | undefined
  readonly calls: string[] = []
  identify: () => Identity | Promise<Identity> = () => ALICE

  readonly auth: StreamAuth = {
    authenticator: { identify: () => this.identify() },
    access: {
      require: (_identity, action, channels) => {
        this.calls.push(`${action} ${channels.join()}`)
        if (this.denied !== undefined) throw new Problem('forbidden', 'No grant.')
      },
      denial: () => this.denied,
    },
  }
}

function ask(server: StreamServer): RawReader {
  const url = `${server.origin}/events?channel=a&channel=b`
  const reader = new RawReader(url, { 'Last-Event-ID': 'e1-0' })
  opened.add(() => reader.socket.destroy())
  return reader
}

const PATHS = [
  ['at the front door', { hasDoor: true }],
  ['behind Node', { hasDoor: false }],
] as const

describe.each(PATHS)('a request %s', (_where, path) => {
  test('begins a stream with the identity of its token, and only one reference to it', async () => {
    const door = new Door()
    const server = await openStreams(opened, { ...path, auth: door.auth })
    const readers = [ask(server), ask(server)]
    await waitFor(() => readers.every((reader) => reader.named('ready').length > 0))
    expect(server.begun.map(({ identity }) => identity === ALICE)).toEqual([true, true])
    expect(door.calls).toEqual(['read a,b', 'read a,b'])
  })

  test('waits for the verification of a new token, and takes no place meanwhile', async () => {
    const door = new Door()
    const verified = withResolvers()
    let asked = 0
    door.identify = () => {
      asked++
      return verified.promise
    }
    const server = await openStreams(opened, { ...path, auth: door.auth })
    const reader = ask(server)
    await waitFor(() => asked === 1)
    expect([server.admission.admitted, reader.head]).toEqual([0, ''])
    verified.resolve(ALICE)
    await waitFor(() => reader.named('ready').length > 0)
    expect(server.admission.admitted).toBe(1)
  })

  test('whose reader has left during the verification takes no place', async () => {
    const door = new Door()
    const verified = withResolvers()
    let asked = 0
    door.identify = () => (asked++ === 0 ? verified.promise : ALICE)
    const server = await openStreams(opened, { ...path, auth: door.auth })
    const gone = ask(server)
    await waitFor(() => asked === 1)
    gone.socket.destroy()
    await waitFor(async () => (await countConnections(server.server)) === 0)
    verified.resolve(ALICE)
    // A later one gets its place, and is the only one that does.
    const next = ask(server)
    await waitFor(() => next.named('ready').length > 0)
    expect([server.admission.admitted, server.connections.size]).toEqual([1, 1])
  })

  test.each([
    [
      'no token',
      () => {
        throw new Problem('unauthenticated')
      },
      401,
      'Bearer realm="causeway"',
    ],
    [
      'a token that was found wrong',
      () => Promise.reject(new TokenRefused('signature')),
      401,
      'Bearer realm="causeway", error="invalid_token"',
    ],
  ] as const)('with %s is refused for good', async (_what, identify, status, challenge) => {
    const door = new Door()
    door.identify = identify
    const server = await openStreams(opened, { ...path, auth: door.auth })
    const reader = ask(server)
    await waitFor(() => reader.ended === 'cleanly')
    expect(reader.head).toContain(`HTTP/1.1 ${status} `)
    expect(reader.head).toContain(`\r\nWWW-Authenticate: ${challenge}\r\n`)
    expect([
      await server.count('rejections', 'unauthenticated'),
      server.admission.admitted,
    ]).toEqual([1, 0])
  })

  test('without a grant is refused for good, and takes no place', async () => {
    const door = new Door()
    door.denied = 'forbidden'
    const server = await openStreams(opened, { ...path, auth: door.auth })
    const reader = ask(server)
    await waitFor(() => reader.ended === 'cleanly')
    expect(reader.head).toContain('HTTP/1.1 403 Forbidden')
    expect([await server.count('rejections', 'forbidden'), server.admission.admitted]).toEqual([
      1, 0,
    ])
  })

  test.each([
    [
      'the service is blind',
      () => {
        throw new Problem('unavailable')
      },
    ],
    ['the keys of the issuer are out of reach', () => Promise.reject(new Problem('unavailable'))],
  ] as const)('is sent away to come back while %s', async (_why, identify) => {
    const door = new Door()
    door.identify = identify
    const server = await openStreams(opened, { ...path, auth: door.auth })
    const reader = ask(server)
    await waitFor(() => reader.ended === 'cleanly')
    expect([reader.head.slice(0, 15), reader.retries]).toEqual(['HTTP/1.1 200 OK', [1_500]])
    expect(reader.events).toEqual([
      expect.objectContaining({ event: 'goodbye', id: 'e1-0', data: '{"reason":"unavailable"}' }),
    ])
  })

  test.each(['revoked', 'forbidden'] as const)(
    'that is %s while its start is looked up hears nothing but that',
    async (reason) => {
      const door = new Door()
      const server = await openStreams(opened, {
        ...path,
        auth: door.auth,
        findStart: async () => {
          door.denied = reason
          return { after: 0 }
        },
      })
      const reader = ask(server)
      await waitFor(() => reader.ended === 'cleanly')
      expect(reader.events).toEqual([
        expect.objectContaining({ event: 'goodbye', id: 'e1-0', data: `{"reason":"${reason}"}` }),
      ])
      await waitFor(async () => (await countConnections(server.server)) === 0)
      expect(server.connections.size).toBe(0)
    },
  )
})

function withResolvers() {
  const settles: ((identity: Identity) => void)[] = []
  const promise = new Promise<Identity>((resolve) => settles.push(resolve))
  const resolve = (identity: Identity): void => settles.forEach((settle) => settle(identity))
  return { promise, resolve }
}
