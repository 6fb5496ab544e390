import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { type Server } from 'node:http'
import { afterEach, expect, test } from '@jest/globals'
import { Gauge, Registry } from 'prom-client'
import { createRegistry } from './metrics.ts'
import { createPrivateServer } from './privateServer.ts'
import { VERSION } from './version.ts'

let server: Server | undefined
afterEach(() => void server?.close())

async function serve(registry: Registry): Promise<string> {
  server = createPrivateServer(registry)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${Object(server.address()).port}`
}

test('Metrics are answered to GET of their path, and nothing else is there', async () => {
  const origin = await serve(createRegistry('test', '1.2.3'))
  const answer = await fetch(`${origin}/metrics`)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(await answer.text()).toMatch('causeway_build_info')
  const others = [
    await fetch(`${origin}/metrics`, { method: 'POST' }),
    await fetch(`${origin}/metrics/`),
    await fetch(origin),
  ]
  expect([answer.status, ...others.map(({ status }) => status)]).toEqual([200, 404, 404, 404])
})

test('A scrape fails if a metric cannot be read, and the next one is whole again', async () => {
  const registry = new Registry()
  let fails = true
  const gauge = new Gauge({
    name: 'a',
    help: 'b',
    registers: [],
    collect() {
      if (fails) throw new Error('secret')
      this.set(7)
    },
  })
  registry.registerMetric(gauge)
  const origin = await serve(registry)
  const answer = await fetch(`${origin}/metrics`)
  expect([answer.status, await answer.text()]).toEqual([500, ''])
  fails = false
  expect(await (await fetch(`${origin}/metrics`)).text()).toMatch(/^a 7$/m)
})

test('A registry says which build runs, and two of them share nothing', async () => {
  const [one, two] = [createRegistry('one', '1'), createRegistry('two', '2')]
  const node = process.versions.node
  expect(await one.metrics()).toMatch(
    `causeway_build_info{service="one",version="1",node="${node}"} 1`,
  )
  expect(await one.metrics()).toMatch(/^process_cpu_seconds_total /m)
  expect(await two.metrics()).not.toMatch('"one"')
})

test('The version is that of the package', () => {
  const file = new URL('../package.json', import.meta.url)
  expect(VERSION).toBe(JSON.parse(readFileSync(file, 'utf8')).version)
})
