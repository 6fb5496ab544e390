import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { compilePrograms, LoadClient, type LoadReport } from '../bench/loadClient.ts'
import { Messages } from '../bench/messages.ts'
import { ROOT } from '../stack/root.ts'

/** The load client knows epoll alone. */
const onLinux = process.platform === 'linux' ? describe : describe.skip

let dir: string
let program: string

onLinux('the load client', () => {
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

  test('sees that a stream begins after what `ready` told', async () => {
    const ready = 'event: ready\nid: e-1\ndata: {"position":1,"complete":true}\n\n'
    const report = await readAll(({ res }) => res.end(ready + event(3)), 1)
    expect(report).toMatchObject({ events: 1, ...NOTHING_WRONG, lost: 1 })
  })

  test('sees an id that does not name its message', async () => {
    const ready = 'event: ready\nid: e-0\ndata: {"position":0,"complete":true}\n\n'
    const report = await readAll(
      ({ res }) => res.end(ready + event(1).replace('id: e-1', 'id: e-2')),
      1,
    )
    expect(report).toMatchObject({ events: 1, ...NOTHING_WRONG, wrongIds: 1 })
  })

  test('reads events that come in pieces, chunked, the same as whole ones', async () => {
    const text = [1, 2, 3].map(event).join('')
    const report = await readAll(async ({ res }) => {
      for (let at = 0; at < text.length; at += 50) {
        res.write(text.slice(at, at + 50))
        // oxlint-disable-next-line no-await-in-loop
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

onLinux('the benchmarks', () => {
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
function event(position: number): string {
  const { json } = new Messages(['a'], position - 1).next(process.hrtime.bigint())
  return `id: e-${position}\ndata: ${json}\n\n`
}

type Exchange = { req: Parameters<RequestListener>[0]; res: Parameters<RequestListener>[1] }

/** Lets that many streams read what `answer` gives each of them, until nothing more comes. */
async function readAll(
  answer: (exchange: Exchange) => unknown,
  streams: number,
  options: { resume?: boolean } = {},
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
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 200))
    // oxlint-disable-next-line no-await-in-loop
    const report = await client.report()
    const isStill = report.events === before.events && report.bytes === before.bytes
    if (report.headsMs !== 0 && isStill && report.events + report.refused > 0) return report
    before = report
  }
}
