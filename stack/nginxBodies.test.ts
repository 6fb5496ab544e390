import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, test } from '@jest/globals'
import { describeUnless } from '../test/support/describeUnless.ts'
import { disposables } from '../test/support/disposables.ts'
import { RawClient } from '../test/support/rawClient.ts'
import { TestEdge } from '../test/support/testEdge.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()

const HEAD = 'POST /channels/a/messages HTTP/1.1\r\nHost: localhost\r\n'

/** The files of nginx's own folder that its workers have open, deleted ones too. */
function openFiles({ pid }: TestEdge): string[] {
  const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return workers.flatMap((worker) =>
    readdirSync(`/proc/${worker}/fd`)
      .map((fd) => linkOf(`/proc/${worker}/fd/${fd}`))
      .filter((link) => /nginx\/(body|proxy)/.test(link)),
  )
}

/** Empty if the file has been closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

const lack = process.platform === 'linux' ? undefined : 'open files are listed on Linux only'
describeUnless(lack)('slow bodies', () => {
  test('are kept nowhere: what has come is at the ingest, and no file is written', async () => {
    const edge = new TestEdge()
    await edge.open(opened)
    let received = 0
    edge.ingest = (request) =>
      void request.on('data', (chunk: Buffer) => (received += chunk.length))
    const send = (line: string, part: string) => {
      const socket = connect(Number(new URL(edge.origin).port), '127.0.0.1')
      opened.add(() => socket.destroy())
      socket.write(`${HEAD}${line}\r\n\r\n${part}`)
    }
    for (let count = 0; count < 5; count++) {
      send('Content-Length: 1000000', ' '.repeat(900_000))
      // Each byte brings six: what bounds the body does not bound what it takes to send it.
      send('Transfer-Encoding: chunked', '1\r\n \r\n'.repeat(100_000))
    }
    await waitFor(() => received === 5 * 1_000_000)
    expect(openFiles(edge)).toEqual([])
  })
})

test('A body without a length is refused as soon as it is larger than one may be', async () => {
  const edge = new TestEdge()
  await edge.open(opened)
  edge.ingest = (request) => void request.resume()
  const client = new RawClient(opened, edge)
  await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
  const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`
  for (let count = 0; count < 17 && !client.isClosed; count++) await client.write(chunk)
  await client.isTold('"type":"/problems/too-large"')
  expect(client.text).toMatch(/^HTTP\/1\.1 413 /)
})
