import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { expect, test } from '@jest/globals'
import { describeUnless } from '../test/support/describeUnless.ts'
import { disposables } from '../test/support/disposables.ts'
import { lackOf } from '../test/support/lackOf.ts'
import { openServer } from '../test/support/openServer.ts'
import { type Authority, openAuthority } from './tls.ts'

const opened = disposables()
const lack = lackOf('openssl')

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-tls-'))
  opened.add(() => rmSync(dir, { recursive: true }))
  return dir
}

/** Whether a client that trusts the authorities in a file reaches a server with a new certificate of an authority. */
async function isTrusted(authority: Authority, file: string): Promise<boolean> {
  const { cert, key } = authority.issue(folder())
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) })
  server.on('tlsClientError', () => {})
  const port = await openServer(opened, server)
  const client = connect({ host: '127.0.0.1', port, ca: readFileSync(file) })
  opened.add(() => client.destroy())
  return once(client, 'secureConnect').then(
    () => true,
    () => false,
  )
}

describeUnless(lack)('a stack with TLS', () => {
  test('trusts its own authority, and those that its runner was told to trust', async () => {
    const company = openAuthority(folder(), '')
    const own = openAuthority(folder(), company.cert)
    expect(await isTrusted(own, own.trusted)).toBe(true)
    expect(await isTrusted(company, own.trusted)).toBe(true)
    expect(await isTrusted(own, company.trusted)).toBe(false)
  })

  test('keeps its authority, so that whoever trusts it may go on to do so', async () => {
    const dir = folder()
    const { cert } = openAuthority(dir, '')
    const before = readFileSync(cert, 'utf8')
    const again = openAuthority(dir, '')
    expect(readFileSync(again.cert, 'utf8')).toBe(before)
    expect(await isTrusted(again, cert)).toBe(true)
  })
})
