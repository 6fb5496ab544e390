import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { RequestListener, ServerResponse } from 'node:http'
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { freePort } from '../../../stack/ports.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { waitFor } from '../../support/waitFor.ts'
import { makeCertificate } from '../tls/certificate.ts'
import { programLack, toolsLack } from '../tools/tools.ts'
import { edgeConf } from './edgeConf.ts'
import { EdgeProcess } from './edgeProcess.ts'

const STREAMS = 50

/** As a front that ends TLS, or as `npm start -- --secure`: the same configuration with a certificate. */
describeUnless(toolsLack ?? programLack('nginx') ?? programLack('openssl'))('HTTP/2', () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-http2-'))
  const edge = new EdgeProcess(dir)
  const open: ServerResponse[] = []
  let session: ClientHttp2Session | undefined

  const gateway: RequestListener = (_, response) => {
    open.push(response)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: 1\n\n')
  }
  /** Asks for something, and notes what comes. */
  const ask = (headers: Record<string, string>): { stream: ClientHttp2Stream; text: string } => {
    if (session === undefined) throw new Error('nginx did not start')
    const asked = { stream: session.request(headers), text: '' }
    asked.stream.on('data', (data: Buffer) => (asked.text += data.toString()))
    return asked
  }

  beforeAll(async () => {
    const tls = join(dir, 'tls')
    makeCertificate(tls, 'IP:127.0.0.1')
    const ingest = await edge.listen((request, response) => {
      request.resume().on('end', () => response.writeHead(201).end('{}'))
    })
    const to = { ingest, gateway: await edge.listen(gateway), account: 1 }
    const ports = { http: await freePort(), status: await freePort(), ...to }
    const conf = (await edgeConf('small', ports))
      .replaceAll(`listen 127.0.0.1:${ports.http}`, `listen 127.0.0.1:${ports.http} ssl http2`)
      .replace(
        /^ {2}server \{$/m,
        `ssl_certificate ${tls}.crt;\nssl_certificate_key ${tls}.key;\n$&`,
      )
    await edge.start('edge', conf, `http://127.0.0.1:${ports.status}/nginx_status`)
    session = connect(`https://127.0.0.1:${ports.http}`, { ca: readFileSync(`${tls}.crt`) })
    await once(session, 'connect')
  }, 30_000)
  afterAll(async () => {
    session?.destroy()
    await edge.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  test('carries many streams and a post over one connection, and the end of one stream ends no other', async () => {
    expect(session?.alpnProtocol).toBe('h2')
    // By HTTP/1.1 a browser would open six connections, and wait with everything else.
    const streams = Array.from({ length: STREAMS }, () => ask({ ':path': '/events?channel=a' }))
    await waitFor(() => streams.every(({ text }) => text === 'data: 1\n\n'))
    const path = { ':method': 'POST', ':path': '/channels/a/messages' }
    const post = ask({ ...path, 'content-type': 'application/json' })
    post.stream.end('{"data":"x"}')
    await once(post.stream, 'end')
    expect(post.text).toBe('{}')
    const [first, ...others] = open
    first?.end('event:goodbye\ndata:{}\n\n')
    await waitFor(() => streams.some(({ text }) => text.includes('goodbye')))
    for (const response of others) response.write('data: 2\n\n')
    await waitFor(
      () => streams.filter(({ text }) => text.endsWith('data: 2\n\n')).length === STREAMS - 1,
    )
    expect(session?.closed).toBe(false)
    // And new ones come over the same connection.
    const next = ask({ ':path': '/events?channel=a' })
    await waitFor(() => next.text === 'data: 1\n\n')
  })
})
