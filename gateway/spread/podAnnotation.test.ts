import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openAuthority } from '../../stack/tls.ts'
import { portOf } from '../../test/support/openServer.ts'
import { annotateCost } from './podAnnotation.ts'

const account = mkdtempSync(join(tmpdir(), 'causeway-account-'))
const asked: unknown[] = []
let status = 200
let close: () => void
let url: string

async function answer(req: IncomingMessage): Promise<void> {
  const { method, headers } = req
  const { authorization, 'content-type': type } = headers
  asked.push([method, req.url, authorization, type, await text(req)])
}

/** Stands in for the API server, to see what is sent and to refuse it. */
beforeAll(async () => {
  const authority = openAuthority(join(account, 'authority'), '')
  copyFileSync(authority.cert, join(account, 'ca.crt'))
  writeFileSync(join(account, 'token'), 'first\n')
  const { cert, key } = authority.issue(account)
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (req, res) => {
    void answer(req).then(() => res.writeHead(status).end('{}'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `https://127.0.0.1:${portOf(server)}`
  close = () => void server.close()
})
afterAll(() => {
  close()
  rmSync(account, { recursive: true })
})

const sent = (cost: string) =>
  `{"metadata":{"annotations":{"controller.kubernetes.io/pod-deletion-cost":"${cost}"}}}`
const POD = { namespace: 'chat', name: 'causeway-gateway-7d-x2' }

test('The annotation of the own pod is patched, with the token as it is now', async () => {
  await annotateCost(POD, 1_200, { url, account })
  writeFileSync(join(account, 'token'), 'second')
  await annotateCost(POD, 0, { url, account })
  const path = '/api/v1/namespaces/chat/pods/causeway-gateway-7d-x2'
  const type = 'application/merge-patch+json'
  expect(asked).toEqual([
    ['PATCH', path, 'Bearer first', type, sent('1200')],
    ['PATCH', path, 'Bearer second', type, sent('0')],
  ])
})

test('It rejects if the API server refuses, is not there or is somebody else', async () => {
  status = 403
  await expect(annotateCost(POD, 1, { url, account })).rejects.toThrow(/answered 403/)
  await expect(annotateCost(POD, 1, { url: 'https://127.0.0.1:1', account })).rejects.toThrow(
    /ECONNREFUSED/,
  )
  const other = openAuthority(join(account, 'other'), '')
  copyFileSync(other.cert, join(account, 'ca.crt'))
  await expect(annotateCost(POD, 1, { url, account })).rejects.toThrow(/certificate/)
})
