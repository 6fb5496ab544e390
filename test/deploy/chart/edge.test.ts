import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { freePort } from '../../../stack/ports.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { programLack, run, toolsLack } from '../tools/tools.ts'
import { edgeConf, type EdgePorts } from './edgeConf.ts'
import { EdgeProcess } from './edgeProcess.ts'

let dir: string
let edge: EdgeProcess
let origin: string
let ingest: RequestListener = (_, response) => response.end()
let gateway: RequestListener = (_, response) => response.end()
const account: RequestListener = (request, response) => response.end(`account: ${request.url}`)
async function freePorts(): Promise<EdgePorts> {
  return { http: await freePort(), status: await freePort(), ingest: 1, gateway: 1, account: 1 }
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-edge-'))
  edge = new EdgeProcess(dir)
})
afterAll(async () => {
  await edge.stop()
  rmSync(dir, { recursive: true, force: true })
})

describeUnless(toolsLack ?? programLack('nginx'))('the nginx that the chart configures', () => {
  test.each(['laptop', 'small', 'ha', 'external-tls', 'everything'] as const)(
    'accepts its configuration with the values %s',
    async (profile) => {
      const text = await edgeConf(profile, await freePorts())
      const file = edge.write(profile, text)
      expect(text).not.toMatch(/\$\{[A-Z]/)
      expect(() => run('nginx', ['-t', '-q', '-e', 'stderr', '-c', file])).not.toThrow()
    },
  )

  test('starts and serves its status', async () => {
    const chosen = {
      ...(await freePorts()),
      ingest: await edge.listen((...args) => ingest(...args)),
      gateway: await edge.listen((...args) => gateway(...args)),
      account: await edge.listen(account),
    }
    const conf = await edgeConf('ha', chosen, ['--set', 'edge.trustedProxies={127.0.0.0/8}'])
    origin = `http://127.0.0.1:${chosen.http}`
    const nginx = await edge.start(
      'running',
      conf,
      `http://127.0.0.1:${chosen.status}/nginx_status`,
    )
    expect(nginx.exitCode).toBeNull()
  })

  test('leads to account for signing in and for grants, and nowhere else', async () => {
    for (const path of ['/account/methods', '/grants']) {
      expect(await (await fetch(`${origin}${path}`)).text()).toBe(`account: ${path}`)
    }
    expect((await fetch(`${origin}/accounts/methods`)).status).toBe(404)
  })

  test('tries another pod behind the same name if one closes the connection', async () => {
    let tries = 0
    gateway = (request, response) => {
      tries++
      if (tries === 1) request.destroy()
      else response.end('data: 1\n\n')
    }
    expect(await (await fetch(`${origin}/events?channel=a`)).text()).toBe('data: 1\n\n')
    expect(tries).toBe(2)
  })

  test('sends a POST only once, whatever becomes of it', async () => {
    let tries = 0
    ingest = (request) => {
      tries++
      request.destroy()
    }
    const response = await fetch(`${origin}/channels/a/messages`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ type: '/problems/outcome-unknown' })
    expect(tries).toBe(1)
  })

  test('believes a trusted proxy about the client’s address', async () => {
    const asked = new Promise<IncomingMessage>((resolve) => {
      gateway = (request, response) => {
        resolve(request)
        response.end()
      }
    })
    const headers = { 'X-Forwarded-For': '203.0.113.7, 127.0.0.9' }
    await (await fetch(`${origin}/events?channel=a`, { headers })).text()
    expect((await asked).headers['x-forwarded-for']).toBe('203.0.113.7')
  })

  test.each(['/metrics', '/live', '/ready', '/nginx_status'])(
    'does not lead to the private path %s',
    async (path) => {
      expect((await fetch(`${origin}${path}`)).status).toBe(404)
    },
  )
})
