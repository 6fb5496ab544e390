import { RawReader } from '../../support/rawReader.ts'
import { revoke } from '../../support/putAccess.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { untilReady } from '../rig/untilReady.ts'
import { KEYS_LINK } from '../rig/tokens.ts'
import type { Scenario, Scene } from '../scenario.ts'

/** Streams of each session, over both gateways. */
const STREAMS = 40
const OPEN_WITHIN_SECONDS = 30
/** A second is the promise; this is for a machine that does ten other things. */
const OBEY_WITHIN_SECONDS = 30

const own = { auth: true }

export const revocationFaults: Scenario[] = [
  {
    id: 'F40a',
    title: 'a session revoked while Redis is down for 6 s',
    own,
    run: (scene) =>
      withSessions(scene, async (sessions) => {
        const redis = scene.rig.child('redis')
        await redis.stop('SIGKILL')
        await scene.seconds(2)
        await sessions.revoke()
        await sessions.expectObeyed()
        await scene.seconds(4)
        await redis.start()
      }),
  },
  {
    id: 'F40b',
    title: 'a session revoked while the gateways cannot reach Postgres for 8 s',
    own,
    run: (scene) =>
      withSessions(scene, async (sessions) => {
        const links = scene.rig.links.matching(/^gateway.*>postgres$/)
        await Promise.all(links.map((link) => link.set({ kind: 'blackhole' })))
        await sessions.revoke()
        await scene.seconds(8)
        const reader = await sessions.open('kept')
        scene.expect(await isReady(reader), 'a verified token was refused while Postgres was away')
        await Promise.all(links.map((link) => link.set({ kind: 'pass' })))
        await sessions.expectObeyed()
      }),
  },
  {
    id: 'F40c',
    title: 'a session revoked while a gateway is down, which then comes back',
    own,
    run: (scene) =>
      withSessions(scene, async (sessions) => {
        const [gateway] = scene.rig.children('gateway')
        if (gateway === undefined) throw new Error('there is no gateway')
        await gateway.stop('SIGKILL')
        await sessions.revoke()
        // The streams of the killed one ended without a word.
        await sessions.expectObeyed(scene.rig.gateways[1])
        await gateway.start()
        await untilReady(gateway)
        const reader = await sessions.open('gone', gateway.url)
        const isRefused = await comesTrue(
          () => reader.head.startsWith('HTTP/1.1 401'),
          OPEN_WITHIN_SECONDS,
        )
        scene.expect(isRefused, 'the gateway that came back knew nothing of the revocation')
      }),
  },
  {
    id: 'F40d',
    title: 'a session revoked while account, which has the keys of tokens, is away for 8 s',
    own,
    run: (scene) =>
      withSessions(scene, async (sessions) => {
        await scene.rig.links.get(KEYS_LINK).set({ kind: 'refuse' })
        await scene.seconds(2)
        await sessions.revoke()
        await sessions.expectObeyed()
        const reader = await sessions.open('kept')
        scene.expect(await isReady(reader), 'a token of a known key was refused')
        await scene.seconds(6)
      }),
  },
]

type Session = 'gone' | 'kept'

/** The streams of two sessions: one is revoked, and the other must not notice. */
class Sessions {
  readonly #scene: Scene
  readonly #readers: { session: Session; origin: string; reader: RawReader }[] = []
  #revokedAt = 0

  constructor(scene: Scene) {
    this.#scene = scene
  }

  /** A stream of its own token. */
  async open(session: Session, origin = this.#scene.rig.gateways[0] ?? ''): Promise<RawReader> {
    const { rig, channels } = this.#scene
    const claims = { sid: session, grants: ['read faults.**'] }
    const token = await rig.tokens?.issuer.token(`user:${session}`, claims)
    const url = `${origin}/events?channel=${channels[0]}`
    const reader = new RawReader(url, { Authorization: `Bearer ${token}` })
    this.#readers.push({ session, origin, reader })
    return reader
  }

  async openAll(): Promise<void> {
    const { rig, expect } = this.#scene
    for (let at = 0; at < STREAMS; at++) {
      for (const session of ['gone', 'kept'] as const)
        await this.open(session, rig.gateways[at % 2])
    }
    const areOpen = await Promise.all(this.#readers.map(({ reader }) => isReady(reader)))
    expect(areOpen.every(Boolean), 'not all streams of the two sessions began')
  }

  async revoke(): Promise<void> {
    await revoke(this.#scene.rig.databaseUrl, 'session:gone')
    this.#revokedAt = Date.now()
  }

  /** All streams of the one session, at one gateway or at both, end now and are told why; those of the other do not. */
  async expectObeyed(only?: string): Promise<void> {
    const { expect, note } = this.#scene
    const of = (session: Session): RawReader[] =>
      this.#readers
        .filter((each) => each.session === session && (only ?? each.origin) === each.origin)
        .map(({ reader }) => reader)
    const [gone, kept] = [of('gone'), of('kept')]
    const from = Date.now()
    const haveEnded = await comesTrue(
      () => gone.every(({ ended }) => ended !== undefined),
      OBEY_WITHIN_SECONDS,
      5,
    )
    const now = Date.now()
    note(
      `the streams had ended ${now - this.#revokedAt} ms after the revocation, ${now - from} ms after it could be known`,
    )
    expect(haveEnded, `streams of a revoked session were still open ${OBEY_WITHIN_SECONDS} s later`)
    expect(
      gone.every((reader) => reader.named('goodbye')[0]?.data === '{"reason":"revoked"}'),
      'a stream ended without its reason',
    )
    expect(
      kept.every((reader) => reader.named('goodbye').length === 0),
      'a stream of another session ended',
    )
  }

  close(): void {
    for (const { reader } of this.#readers) reader.socket.destroy()
  }
}

async function withSessions(
  scene: Scene,
  act: (sessions: Sessions) => Promise<void>,
): Promise<void> {
  const sessions = new Sessions(scene)
  try {
    await sessions.openAll()
    await act(sessions)
  } finally {
    sessions.close()
  }
}

function isReady(reader: RawReader): Promise<boolean> {
  return comesTrue(() => reader.named('ready').length > 0, OPEN_WITHIN_SECONDS)
}
