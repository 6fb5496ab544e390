import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { LoadClient, type LoadReport } from '../bench/loadClient.ts'
import { Messages } from '../bench/messages.ts'
import { compilePrograms } from '../bench/programs.ts'
import { ROOT } from '../stack/root.ts'
import { describeUnless } from './support/describeUnless.ts'

const lack = process.platform === 'linux' ? undefined : 'the load client needs epoll, so Linux'

let dir: string
let program: string

describeUnless(lack)('the load client', () => {
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'causeway-bench-'))
    program = compilePrograms(dir).loadClient
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  test.each([
    ['all in order', [1, 2, 3, 4], {}],
    ['one missing', [1, 2, 4], { lost: 1 }],
    ['one twice', [1, 2, 2, 3], { doubled: 1 }],
    ['two exchanged', [1, 3, 2, 4], { lost: 1, doubled: 1 }],
  ])('judges a stream with %s', async (_, positions, wrong) => {
    const report = await readAll(({ res }) => res.end(positions.map(event).join('')), 1)
    expect(report).toMatchObject({ events: positions.length, ...NOTHING_WRONG, ...wrong })
  })

  describe.each([
    ['the id first', (fields: string[]) => fields],
    ['the id last', ([id = '', ...others]: string[]) => [...others, id]],
    [
      'the id last and no spaces',
      ([id = '', ...others]: string[]) => [...others, id].map((field) => field.replace(': ', ':')),
    ],
  ])('reads events with %s, and', (_, arrange) => {
    const arranged = (...fields: string[]) => `${arrange(fields).join('\n')}\n\n`
    const ready = (position: number) =>
      arranged(`id: e-${position}`, 'retry: 10', 'event: ready', `data: ${readyData(position)}`)
    const message = (position: number, id = position) =>
      arranged(`id: e-${id}`, `data: ${messageJson(position)}`)

    test('finds nothing wrong with a stream that follows its `ready`', async () => {
      const text = ready(1) + message(2) + message(3)
      const report = await readAll(({ res }) => res.end(text), 1, { readyEvent: true })
      expect(report).toMatchObject({ events: 2, ...NOTHING_WRONG, incomplete: 0, deferred: 0 })
    })

    test('sees that a message after `ready` is missing', async () => {
      const report = await readAll(({ res }) => res.end(ready(1) + message(3)), 1)
      expect(report).toMatchObject({ events: 1, ...NOTHING_WRONG, lost: 1 })
    })

    test('sees an id that does not name its message', async () => {
      const report = await readAll(({ res }) => res.end(ready(0) + message(1, 2)), 1)
      expect(report).toMatchObject({ events: 1, ...NOTHING_WRONG, wrongIds: 1 })
    })

    test('comes back with the id of a `goodbye`', async () => {
      const goodbye = arranged('id: e-7', 'retry: 10', 'event: goodbye', 'data: {}')
      const answer = ({ req, res }: Exchange) =>
        req.headers['last-event-id'] === 'e-7' ? res.write(message(8)) : res.end(goodbye)
      const report = await readAll(answer, 1, { resume: true })
      expect(report).toMatchObject({ events: 1, goodbyes: 1, ...NOTHING_WRONG })
    })
  })

  test("takes messages out of Centrifugo's envelope and judges them alike", async () => {
    const pushes = [
      '{"connect":{"client":"a","subs":{"lobby":{}},"ping":25}}',
      ...[1, 3, 4].map((at) => `{"channel":"lobby","pub":{"data":${messageJson(at)}}}`),
      '{}',
    ]
    const text = `\r\n${pushes.map((push) => `data: ${push}\n\n`).join('')}`
    const report = await readAll(({ res }) => res.end(text), 1, { readyEvent: true })
    expect(report).toMatchObject({ events: 3, ...NOTHING_WRONG, lost: 1, deferred: 0 })
    expect(report.each).toMatchObject({ count: 3 })
  })

  test('reads events that come in chunks, chunked, the same as whole ones', async () => {
    const text = [1, 2, 3].map(event).join('')
    const report = await readAll(async ({ res }) => {
      for (let at = 0; at < text.length; at += 50) {
        res.write(text.slice(at, at + 50))
        await new Promise(setImmediate)
      }
      res.end()
    }, 3)
    expect(report).toMatchObject({ events: 9, complete: 3, fewest: 3, most: 3, ...NOTHING_WRONG })
  })

  test('comes back with its last id when a stream is ended', async () => {
    const report = await readAll(
      ({ req, res }) => {
        const last = Number(req.headers['last-event-id']?.toString().split('-')[1] ?? 0)
        if (last < 3) res.end(`retry: 10\n\n${event(last + 1)}`)
        else res.write('retry: 10\n\n')
      },
      1,
      { resume: true },
    )
    expect(report).toMatchObject({ events: 3, ...NOTHING_WRONG })
    expect(report.resumed).toBe(3)
  })

  test('counts who was refused', async () => {
    const report = await readAll(({ res }) => res.writeHead(503).end(), 5)
    expect(report).toMatchObject({ events: 0, refused: 5 })
  })
})

describeUnless(lack)('the benchmarks', () => {
  test('measure the gateway beside a peer, and find nothing lost', async () => {
    const own = await mkdtemp(join(tmpdir(), 'causeway-bench-'))
    const options = { scenarios: ['channels'], rounds: 1, quick: true, minutes: 1, dir: own }
    const script = `import('./dist/bench/main.js').then(({ main }) => main(${JSON.stringify(options)}))`
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: ROOT })
    expect(stdout).toContain('| messages/s |')
    expect(stdout).toContain('Holds: None lost. 0 lost or doubled.')
    await rm(own, { recursive: true, force: true })
  }, 60_000)
})

const NOTHING_WRONG = { lost: 0, doubled: 0, unreadable: 0, wrongIds: 0, refused: 0, failed: 0 }

/** The n-th message of a channel that has all of them. */
function messageJson(position: number): string {
  return new Messages(['a'], position - 1).next(process.hrtime.bigint()).json
}

function event(position: number): string {
  return `id: e-${position}\ndata: ${messageJson(position)}\n\n`
}

function readyData(position: number): string {
  return `{"position":${position},"complete":true}`
}

type Exchange = { req: Parameters<RequestListener>[0]; res: Parameters<RequestListener>[1] }

/** Lets that many streams read what `answer` gives each of them, until nothing more comes. */
async function readAll(
  answer: (exchange: Exchange) => unknown,
  streams: number,
  options: { resume?: boolean; readyEvent?: boolean } = {},
): Promise<LoadReport> {
  const server: Server = createServer((req, res) => void answer({ req, res }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo
  const client = new LoadClient(program, { port, streams, path: '/', ...options })
  try {
    return await settled(client)
  } finally {
    await client.close()
    server.closeAllConnections()
    server.close()
  }
}

async function settled(client: LoadClient): Promise<LoadReport> {
  let before = await client.report()
  for (let looks = 0; ; looks++) {
    if (looks > 50) throw new Error('the streams never came to rest')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const report = await client.report()
    const isStill = report.events === before.events && report.bytes === before.bytes
    if (report.headsMs !== 0 && isStill && report.events + report.refused > 0) return report
    before = report
  }
}
