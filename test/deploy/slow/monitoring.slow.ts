import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { overview } from '../../../deploy/grafana/overview.ts'
import { processes } from '../../../deploy/grafana/processes.ts'
import { freePort } from '../../../stack/ports.ts'
import { ROOT } from '../../../stack/root.ts'
import { type Stack, startStack } from '../../../stack/stack.ts'
import { TestIssuer } from '../../support/testIssuer.ts'
import { waitFor } from '../../support/waitFor.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { programLack } from '../tools/tools.ts'

const lack = programLack('prometheus')

let dir: string
let stack: Stack
let authorization: Record<string, string>
let prometheus: ChildProcess
let api: string
const aborted = new AbortController()

beforeAll(async () => {
  if (lack !== undefined) return
  dir = mkdtempSync(join(tmpdir(), 'causeway-prometheus-'))
  // Streams reach their greatest age soon, so that the dashboards show such ends.
  const issuer = await TestIssuer.create()
  const env = { ...issuer.env(), MAX_STREAM_SECONDS: '10' }
  stack = await startStack({ dir: join(dir, 'stack'), auth: 'required', env: () => env })
  const claims = { grants: ['read,write **'], exp: Date.now() / 1_000 + 3_600 }
  authorization = { Authorization: `Bearer ${await issuer.token('service:reader', claims)}` }
  const port = await freePort()
  api = `http://127.0.0.1:${port}`
  const targets = (role: string) =>
    stack.processes
      .filter((each) => each.role === role)
      .map(({ metricsUrl = '' }) => new URL(metricsUrl).host)
  const jobs = ['ingest', 'bridge', 'gateway', 'account', 'nginx'].map((role) => ({
    job_name: role,
    static_configs: [{ targets: targets(role), labels: { namespace: 'test' } }],
  }))
  writeFileSync(
    join(dir, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(ROOT, 'charts/causeway/files/rules.yaml')],
      scrape_configs: jobs,
    }),
  )
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  )
  await waitFor(async () => (await ask('up', (values) => values.length)) === 6, 60)
  void listen('a')
  void listen('b')
  // A stream with an id of another log.
  void fetch(`${stack.origin}/events?channel=a&since=zzzzzzzz-1`, {
    headers: authorization,
    signal: aborted.signal,
  }).catch(() => {})
  for (let second = 0; second < 20; second++) {
    await post()
    // Nobody has this key.
    await fetch(`${stack.origin}/account/token`, { method: 'POST' })
    await sleep(1_000)
  }
}, 180_000)

afterAll(async () => {
  aborted.abort()
  if (prometheus !== undefined) {
    prometheus.kill('SIGTERM')
    await once(prometheus, 'exit')
  }
  await stack?.stop()
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true })
}, 120_000)

async function post(): Promise<void> {
  await fetch(`${stack.origin}/channels/a/messages`, {
    method: 'POST',
    headers: { ...authorization, 'Content-Type': 'application/json' },
    body: '{"data":1}',
  })
}

/** A reader that comes back whenever its stream ends. */
async function listen(channel: string): Promise<void> {
  while (!aborted.signal.aborted) {
    await fetch(`${stack.origin}/events?channel=${channel}&since=-1`, {
      headers: authorization,
      signal: aborted.signal,
    })
      .then((response) => response.text())
      .catch(() => sleep(200))
  }
}

interface Value {
  value: [number, string]
}

async function ask<T>(query: string, see: (values: Value[]) => T): Promise<T> {
  const body = new URLSearchParams({ query })
  const response = await fetch(`${api}/api/v1/query`, { method: 'POST', body }).catch(
    () => undefined,
  )
  if (response?.status !== 200) return see([])
  const { data }: { data: { result: Value[] } } = JSON.parse(await response.text())
  return see(data.result)
}

const queries = [overview, processes].flatMap((dashboard) =>
  dashboard.rows.flatMap((row) =>
    row.panels.flatMap((panel) =>
      panel.queries.map(({ promql }) => [panel.title, promql] as const),
    ),
  ),
)

describeUnless(lack)('on a Prometheus that scrapes a running system', () => {
  test.each(queries)('the panel "%s" shows something: %s', async (_, promql) => {
    const query = promql
      .replaceAll('$in', 'namespace=~"test",job=~".*",instance=~".*"')
      .replaceAll('$__rate_interval', '15s')
    const numbers = await ask(query, (values) => values.map(({ value }) => Number(value[1])))
    expect(numbers.length).toBeGreaterThan(0)
    expect(numbers.filter(Number.isFinite).length).toBeGreaterThan(0)
  })

  test('every rule can be evaluated, and no alert is pending', async () => {
    const response = await fetch(`${api}/api/v1/rules`)
    const { data }: { data: { groups: { rules: { health: string; state?: string }[] }[] } } =
      JSON.parse(await response.text())
    const rules = data.groups.flatMap((group) => group.rules)
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
    expect(rules.filter(({ state }) => state !== undefined && state !== 'inactive')).toEqual([])
  })
})
