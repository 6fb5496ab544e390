import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { LoadClient, type LoadReport } from '../bench/load/loadClient.ts'
import { Messages } from '../bench/load/messages.ts'
import { compilePrograms } from '../bench/load/programs.ts'
import { ROOT } from '../stack/root.ts'
import { describeUnless } from './support/describeUnless.ts'
import { disposables } from './support/disposables.ts'
import { openServer } from './support/openServer.ts'

const lack = process.platform === 'linux' ? undefined : 'the load client needs epoll, so Linux'

const opened = disposables()
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
  ])('the load client judges a stream with %s', async (_, positions, wrong) => {
    const report = await readAll(({ res }) => res.end(positions.map(event).join('')), 1)
    expect(report).toMatchObject({ events: positions.length, ...NOTHING_WRONG, ...wrong })
  })

  test.each([
    ['the id first', (fields: string[]) => fields],
    ['the id last', ([id = '', ...others]: string[]) => [...others, id]],
    [
      'the id last and no spaces',
      ([id = '', ...others]: string[]) => [...others, id].map((field) => field.replace(': ', ':')),
    ],
  ])('the load client checks events with %s', async (_, arrange) => {
    const arranged = (...fields: string[]) => `${arrange(fields).join('\n')}\n\n`
    const ready = arranged(
      'id: e-1',
      'retry: 10',
      'event: ready',
      'data: {"position":1,"complete":true}',
    )
    const message = (position: number, id = position) =>
      arranged(`id: e-${id}`, `data: ${messageJson(position)}`)
    const goodbye = arranged('id: e-7', 'retry: 10', 'event: goodbye', 'data: {}')

    const good = ready + message(2) + message(3)
    expect(await readAll(({ res }) => res.end(good), 1, { readyEvent: true })).toMatchObject({
      events: 2,
      ...NOTHING_WRONG,
      incomplete: 0,
      deferred: 0,
    })
    const bad = ready + message(3) + message(4, 5)
    expect(await readAll(({ res }) => res.end(bad), 1)).toMatchObject({ lost: 1, wrongIds: 1 })
    const answer = ({ req, res }: Exchange) =>
      req.headers['last-event-id'] === 'e-7' ? res.write(message(8)) : res.end(goodbye)
    const report = await readAll(answer, 1, { resume: true })
    expect(report).toMatchObject({ events: 1, goodbyes: 1, ...NOTHING_WRONG })
  })

  test("the load client takes messages out of Centrifugo's envelope and judges them in the same way", async () => {
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

  test('the load client reads events in chunks and chunks like whole ones', async () => {
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

  test('the load client counts refused streams', async () => {
    const report = await readAll(({ res }) => res.writeHead(503).end(), 5)
    expect(report).toMatchObject({ events: 0, refused: 5 })
  })
})

describeUnless(lack)('the benchmarks', () => {
  test('a quick benchmark measures the gateway beside a peer, and finds nothing lost', async () => {
    const own = await mkdtemp(join(tmpdir(), 'causeway-bench-'))
    const options = { scenarios: ['channels'], rounds: 1, quick: true, minutes: 1, dir: own }
    const script = `import('./dist/bench/main.js').then(({ main }) => main(${JSON.stringify(options)}))`
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: ROOT })
    expect(stdout).toMatch(/\| messages\/s +\| +\d/)
    expect(stdout).toContain('Holds: Nothing lost. 0 lost or doubled.')
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

type Exchange = { req: Parameters<RequestListener>[0]; res: Parameters<RequestListener>[1] }

/** Opens that many streams on a server that answers each with `answer`, and reports when nothing more comes. */
async function readAll(
  answer: (exchange: Exchange) => unknown,
  streams: number,
  options: { resume?: boolean; readyEvent?: boolean } = {},
): Promise<LoadReport> {
  const port = await openServer(
    opened,
    createServer((req, res) => void answer({ req, res })),
  )
  const client = new LoadClient(program, { port, streams, path: '/', ...options })
  try {
    return await settled(client)
  } finally {
    await client.close()
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
