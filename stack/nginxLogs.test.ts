import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { RawClient } from '../test/support/rawClient.ts'
import { fewConnections, oneWorker, TestEdge } from '../test/support/testEdge.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()

/** What nobody may find in a log, and what may move a terminal's cursor. */
const SECRETS = [
  'Referer: https://app.example/?sid=SECRET-referer\x1b[31mRED\x1b]0;title\x07',
  'Cookie: session=SECRET-cookie',
  'Authorization: Bearer SECRET-token',
  'User-Agent: SECRET-agent\x1b[31m',
].join('\r\n')

const request = (line: string, ...headers: string[]) =>
  [line, 'Host: localhost', SECRETS, ...headers].join('\r\n')

/** Everything that nginx reports an error about, with secrets: too large, no upstream, no file, no sense. */
const REQUESTS = [
  request(
    'POST /channels/a/messages?access_token=SECRET-query HTTP/1.1',
    'Content-Length: 9999999',
  ),
  request('POST /channels/a/messages?access_token=SECRET-query HTTP/1.1', 'Content-Length: 60000'),
  request('GET /history?access_token=SECRET-query HTTP/1.1'),
  request('DELETE /senders/user:alice/messages?access_token=SECRET-query HTTP/1.1'),
  request('GET /events?access_token=SECRET-query HTTP/1.1'),
  request('GET /assets/none.js?access_token=SECRET-query HTTP/1.1'),
  request('GET /nothing#access_token=SECRET-fragment HTTP/1.1'),
  request('GET /nothing\x1b[31m?access_token=SECRET-query HTTP/1.1'),
  request('GET /nothing","status":200,"x":"%0a%0d?SECRET-query HTTP/1.1'),
  request('GET /nothing?SECRET-query HTTP/1.1', 'X\x1b[31m: y'),
  request('GET /nothing?SECRET-query HTTP/1.1', 'Host: SECRET-host\x1b[31m'),
  request('GET http://user:SECRET-password@localhost/nothing HTTP/1.1'),
  'GET /nothing?SECRET-query HTTP/9.9',
]

/** Sends all of that, then an ordinary request, and returns both logs when that is in one. */
async function logsOf(
  edit = (config: string) => config,
): Promise<Record<'access' | 'error', string>> {
  const edge = new TestEdge()
  await edge.open(opened, (config) => edit(oneWorker(config)))
  for (const bytes of REQUESTS) {
    const client = new RawClient(opened, edge)
    await client.write(`${bytes}\r\n\r\n`)
    await waitFor(() => client.text !== '' || client.isClosed)
    client.socket.destroy()
  }
  await fetch(`${edge.origin}/the-last-one`)
  // nginx gathers lines for up to a second.
  await waitFor(async () => (await readFile(edge.accessLog, 'utf8')).includes('the-last-one'))
  const error = await readFile(join(dirname(edge.accessLog), 'nginx.log'), 'latin1')
  return { access: await readFile(edge.accessLog, 'latin1'), error }
}

test('The logs of the edge hold no query, Referer, cookie, token or agent, and no control characters', async () => {
  const { access, error } = await logsOf()
  for (const text of [access, error]) {
    expect(text).not.toMatch(/SECRET/)
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
  }
  const paths = access
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line).path)
  const all = ['/channels/a/messages', '/history', '/senders/user:alice/messages', '/events']
  expect(paths).toEqual(expect.arrayContaining(all))
})

test('An error log of requests would hold all of these', async () => {
  const { error } = await logsOf((config) =>
    config.replace('error_log stderr emerg', 'error_log stderr'),
  )
  expect(error).toMatch(/SECRET-query/)
  expect(error).toMatch(/SECRET-referer.\[31m/)
})

test('No connection left for a service is no reason to log a request', async () => {
  const edge = new TestEdge()
  edge.gateway = (_request, response) => response.write('data: 1\n\n')
  await edge.open(opened, fewConnections(10))
  const told: string[] = []
  for (let stream = 0; stream < 10 && !told.some((each) => each.includes('goodbye')); stream++) {
    const client = new RawClient(opened, edge)
    await client.write('GET /events?SECRET-query HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await waitFor(() => client.text !== '' || client.isClosed)
    told.push(client.text)
  }
  expect(told.join('')).toContain('goodbye')
  expect(await readFile(join(dirname(edge.accessLog), 'nginx.log'), 'latin1')).not.toMatch(/SECRET/)
})
