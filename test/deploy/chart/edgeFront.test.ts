import { mkdtempSync, rmSync } from 'node:fs'
import type { RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { freePort } from '../../../stack/ports.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { programLack, run, toolsLack } from '../tools/tools.ts'
import { edgeConf } from './edgeConf.ts'
import { EdgeProcess } from './edgeProcess.ts'

/** A proxy that nobody configured: nginx with its defaults, by HTTP/1.0, which buffers. */
const plainProxy = (dir: string, port: number, to: number) => `daemon off;
pid ${dir}/front.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${dir}/front-body;
  proxy_temp_path ${dir}/front-proxy;
  fastcgi_temp_path ${dir}/front-fastcgi;
  uwsgi_temp_path ${dir}/front-uwsgi;
  scgi_temp_path ${dir}/front-scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${to};
    }
  }
}
`

const unlessNginx = describeUnless(toolsLack ?? programLack('nginx'))

unlessNginx('the edge behind a proxy that nobody configured', () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-front-'))
  const edge = new EdgeProcess(dir)
  let gateway: RequestListener | undefined
  let front = ''
  let status = ''
  let port = 0

  beforeAll(async () => {
    port = await freePort()
    const ports = { http: port, status: await freePort(), ingest: 1, account: 1 }
    const to = { ...ports, gateway: await edge.listen((...args) => gateway?.(...args)) }
    status = `http://127.0.0.1:${to.status}`
    await edge.start('edge', await edgeConf('small', to), `${status}/nginx_status`)
    const frontPort = await freePort()
    front = `http://127.0.0.1:${frontPort}`
    await edge.start('front', plainProxy(dir, frontPort, port), `${front}/none`, 404)
  }, 30_000)
  afterAll(async () => {
    await edge.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  test('gives a reader each event when it comes', async () => {
    let open: ServerResponse | undefined
    gateway = (_, response) => {
      open = response
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
      response.write('data: 1\n\n')
    }
    const response = await fetch(`${front}/events?channel=a`)
    const reader = response.body?.getReader()
    // The stream goes on: a proxy that buffers would show nothing before its end.
    const first = await reader?.read()
    expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n')
    open?.end()
    await reader?.cancel()
  })

  test('tells a proxy not to buffer its own streams either, and says it once', async () => {
    gateway = (request) => request.destroy()
    const response = await fetch(`http://127.0.0.1:${port}/events?channel=a`)
    expect(await response.text()).toContain('event:goodbye')
    expect(response.headers.get('X-Accel-Buffering')).toBe('no')
    gateway = (_, answer) => {
      answer.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
      answer.end('data: 1\n\n')
    }
    const stream = await fetch(`http://127.0.0.1:${port}/events?channel=a`)
    expect(stream.headers.get('X-Accel-Buffering')).toBe('no')
    expect((await fetch(`http://127.0.0.1:${port}/`)).headers.get('X-Accel-Buffering')).toBeNull()
  })

  test('is reached by IPv6 as well', async () => {
    expect((await fetch(`http://[::1]:${port}/none`)).status).toBe(404)
    expect((await fetch(`${status.replace('127.0.0.1', '[::1]')}/metrics`)).status).toBe(200)
  })

  test('shows Prometheus its streams, and how many it has room for', async () => {
    gateway = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('data: 1\n\n')
    }
    const abort = new AbortController()
    await Promise.all(
      Array.from({ length: 5 }, () => fetch(`http://127.0.0.1:${port}/events`, abort)),
    )
    const page = await (await fetch(`${status}/metrics`)).text()
    const [, writing] = /^causeway_edge_connections\{state="writing"\} (\d+)$/m.exec(page) ?? []
    // The question itself is one.
    expect(Number(writing)).toBeGreaterThanOrEqual(6)
    expect(page).toMatch(/^causeway_edge_stream_capacity 31662$/m)
    abort.abort()
    const checked = programLack('promtool') ?? run('promtool', ['check', 'metrics'], page)
    expect(checked).not.toContain('error')
  })
})
