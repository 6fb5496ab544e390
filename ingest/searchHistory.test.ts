import { beforeAll, describe, expect, test } from '@jest/globals'
import type { SearchPage } from '../contract/history.ts'
import { disposables } from '../test/support/disposables.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { ingestServer, type IngestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { TestIssuer } from '../test/support/testIssuer.ts'
import { draft, openSql, type Sql } from '../test/support/testLog.ts'
import { indexAll } from '../test/support/testSearch.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let ingest: IngestServer
let issuer: TestIssuer
let sql: Sql

/** Every channel has a crane; the position of the first of them is 1. */
const CHANNELS = ['rooms.a', 'rooms.b', 'rooms.a.x', 'sea.a.alerts', 'sea.b.alerts', 'user-ann.own']

beforeAll(async () => {
  const url = await testDatabase()
  issuer = await TestIssuer.create()
  ingest = await ingestServer(url, { issuer })
  opened.add(() => ingest.close())
  sql = openSql(url, opened)
  for (const channel of CHANNELS) {
    await ingest.log.append(draft({ channel, data: JSON.stringify({ text: `crane ${channel}` }) }))
  }
  await indexAll(ingest.log)
  await waitFor(async () => (await ask('ann', [], '/channels')).status === 200)
})

async function ask(name: string, grants: string[], path: string): Promise<Response> {
  const token = await issuer.token(`user:${name}`, { grants })
  return fetch(`${ingest.origin}${path}`, { headers: { Authorization: `Bearer ${token}` } })
}

/** The channels of all hits that somebody comes to, page by page. */
async function found(grants: string[], search: string): Promise<string[]> {
  const channels: string[] = []
  for (let next: string | null = `/history?limit=2&${search}`; next !== null;) {
    const answer = await ask('ann', grants, next)
    const page: SearchPage = JSON.parse(await answer.text())
    channels.push(...page.messages.map(({ channel }) => channel))
    next = page.next
    expect(answer.headers.get('link')).toBe(next === null ? null : `<${next}>; rel="next"`)
  }
  return channels.sort()
}

const MANY = Array.from({ length: 60 }, (_, at) => `read other.${at}.**`)

describe('a search', () => {
  test.each<[string[], string[]]>([
    [['read **'], CHANNELS],
    [['read rooms.*'], ['rooms.a', 'rooms.b']],
    [['read rooms.**'], ['rooms.a', 'rooms.b', 'rooms.a.x']],
    [
      ['read *.*.alerts', 'read rooms.b'],
      ['rooms.b', 'sea.a.alerts', 'sea.b.alerts'],
    ],
    [['read {sub}.**'], ['user-ann.own']],
    [['read *'], []],
    [['write **', 'admin **', 'moderate **'], []],
    [[], []],
    [['read rooms.b', ...MANY], ['rooms.b']],
    [
      ['read rooms.*', ...MANY],
      ['rooms.a', 'rooms.b'],
    ],
  ])(
    'by somebody with the grants %j has hits on all channels that these let read',
    async (grants, channels) => {
      expect(await found(grants, 'q=crane')).toEqual([...channels].sort())
      expect(await found(grants, 'q=crane&order=rank')).toEqual([...channels].sort())
    },
  )

  test('of channels that it names needs a grant for each', async () => {
    const grants = ['read rooms.*']
    expect(await found(grants, 'q=crane&channel=rooms.b&channel=rooms.none')).toEqual(['rooms.b'])
    const refused = await ask(
      'ann',
      grants,
      '/history?q=crane&channel=rooms.b&channel=sea.a.alerts',
    )
    expect(await problemOf(refused)).toBe('403 forbidden')
    const named = CHANNELS.map((channel) => `channel=${channel}`)
    const others = Array.from({ length: 94 }, (_, at) => `channel=other.${at}`)
    const all = [...named, ...others].join('&')
    expect(await found(['read **'], `q=crane&${all}`)).toEqual([...CHANNELS].sort())
  })

  test('needs a token, and grants that name at most two thousand places', async () => {
    expect(await problemOf(await fetch(`${ingest.origin}/history?q=crane`))).toBe(
      '401 unauthenticated',
    )
    await sql(`insert into "access" ("number", "kind", "subject", "pattern", "actions")
      select n, 'grant', 'user:eve', 'places.' || n, 'read' from generate_series(1, 2001) n`)
    await sql('update "access_head" set "head" = 2001')
    await waitFor(async () => {
      const answer = await ask('eve', [], '/history?q=crane')
      return answer.status === 400 && (await problemOf(answer)) === '400 invalid-parameter'
    })
    expect((await ask('eve', [], '/history?q=crane&channel=places.7')).status).toBe(200)
  })

  test('answers with the message, its highlight, and how far it looked', async () => {
    const answer = await ask('ann', ['read **'], '/history?q=crane+-zebra&limit=1&before=4')
    expect(await answer.json()).toEqual({
      messages: [
        {
          position: 3,
          previous: 0,
          id: expect.any(String),
          channel: 'rooms.a.x',
          type: 'message',
          sender: { id: 'alice', name: 'Alice' },
          data: { text: 'crane rooms.a.x' },
          sentAt: expect.any(String),
          highlight: ['', 'crane', ' rooms.a.x'],
        },
      ],
      head: 6,
      searched: { after: 0, upTo: 6 },
      next: '/history?q=crane+-zebra&before=3&limit=1&order=time',
    })
    const best = await ask('ann', ['read **'], '/history?q=crane&order=rank&limit=1')
    expect(await best.json()).toMatchObject({ messages: [{ rank: expect.any(Number) }] })
  })
})

/** With every character that means something to a parser of queries. */
const MARKS = `'"\\:*&|!()<->{}[]%_$;\u0001\u0002\u0003\u0000\u2028\u{10ffff}`

describe('a query', () => {
  test.each([
    `${MARKS} x`,
    Array.from(MARKS)
      .map((mark) => `x${mark}y`)
      .join(' '),
    Array.from(MARKS)
      .map((mark) => `${mark}x ${mark}`)
      .join(' or '),
    '"x'.repeat(30),
    `x ${'('.repeat(400)}`,
    `x${'-'.repeat(400)}y`,
    `x ${'"'.repeat(401)}`,
    `${'x'.repeat(499)}*`,
    'a* b* c* d* e* f* g* h* i* j* k* l* m* n* o* p* q* r* s* t* u* v* w* x* y* z*',
    '-a* -b* or -c* or -d -e or "f" -"g h"',
    'ÿ'.repeat(500),
    '\u{1F984} or x',
  ])('of every form is answered: %j', async (q) => {
    for (const more of ['', '&order=rank', '&channel=rooms.a&sender=user%3Aann&type=a']) {
      const path = `/history?q=${encodeURIComponent(q)}${more}`
      expect((await ask('ann', ['read **'], path)).status).toBe(200)
    }
  })

  test.each<[string, string]>([
    ['without a text', 'q='],
    ['without a word', 'q=%00%20-%20*'],
    ['of ten thousand words', `q=${'w+'.repeat(6_000)}`],
    ['of more than 500 characters', `q=${'x'.repeat(501)}`],
    ['of more than 32 words', `q=${'x+'.repeat(33)}`],
    ['given twice', 'q=a&q=b'],
    ['with the order of a page', 'q=a&order=desc'],
    ['for changes', 'q=a&changes=true'],
    ['that waits', 'q=a&wait=5'],
    ['with a relation', 'q=a&about=1'],
    ['for too many', 'q=a&limit=101'],
    ['for none', 'q=a&limit=0'],
    ['below a rank, but by time', 'q=a&below=1_5'],
    ['below half a hit', 'q=a&order=rank&below=1'],
    ['below no rank', 'q=a&order=rank&below=NaN_5'],
    ['with a wrong time', 'q=a&from=yesterday'],
    [
      'of too many channels',
      `q=a&${Array.from({ length: 101 }, (_, at) => `channel=c${at}`).join('&')}`,
    ],
  ])('%s is refused', async (_what, search) => {
    const answer = await ask('ann', ['read **'], `/history?${search}`)
    expect(await problemOf(answer)).toBe('400 invalid-parameter')
  })

  test('with half of a surrogate pair, or bytes that are no text, is answered', async () => {
    for (const q of ['%ED%A0%80x', '%FFx', 'x%', '%C3x']) {
      expect((await ask('ann', ['read **'], `/history?q=${q}`)).status).toBe(200)
    }
  })

  test('that takes too long gets a problem that says so', async () => {
    await sql(`create or replace function "search_weak"(in_query tsquery) returns tsquery language plpgsql as
      'begin perform pg_sleep(3); return in_query; end'`)
    const answer = await ask('ann', ['read **'], '/history?q=crane')
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(await answer.json()).toMatchObject({
      type: '/problems/unavailable',
      detail: expect.stringContaining('took too long'),
    })
  })
})
