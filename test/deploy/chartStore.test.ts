import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, expect, test } from '@jest/globals'
import { describeUnless } from '../support/describeUnless.ts'
import { DIGEST, IMAGE, originOf, runProgram } from '../support/runProgram.ts'
import { TOOLS, toolsLack } from './tools/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'causeway-chart-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs chart.sh and values.sh against a store that answers with `status`, and notes what the store was sent. */
async function storeChart(name: string, status: number, more: Record<string, string> = {}) {
  const build = join(folder, name)
  mkdirSync(build)
  symlinkSync(join(TOOLS, 'helm3'), join(build, 'helm'))
  const stored = new Map<string, Buffer>()
  const logins = new Set<string | undefined>()
  const keep = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    stored.set(`${request.method} ${request.url}`, await buffer(request))
    logins.add(request.headers.authorization)
    response.writeHead(status).end()
  }
  const store = createServer((request, response) => void keep(request, response))
  const url = `${await originOf(store)}/charts`
  const PATH = `${build}:${process.env['PATH']}`
  const env = { BUILD_DIR: build, BUILD_NUMBER: '7', KUBECONFIG: '/nowhere', PATH, ...more }
  const login = { CHART_STORE_URL: `${url}/`, CHART_STORE_LOGIN: 'robot:pass"word' }
  const chart = await runProgram('deploy/jenkins/chart.sh', [], { ...env, ...login })
  const values = await runProgram('deploy/jenkins/values.sh', [], { ...env, ...login })
  store.close()
  return { chart, values, build, env, stored, logins, url }
}

describeUnless(toolsLack)('chart.sh and values.sh', () => {
  test('store the chart and three values under the version of the build, and properties.sh lists them', async () => {
    const { chart, values, build, env, stored, logins, url } = await storeChart('stored', 201)
    expect([chart, values]).toMatchObject([{ code: 0 }, { code: 0, output: '' }])
    const [, version = ''] =
      /causeway-(0\.1\.0-7\.g[0-9a-f]{8})\.tgz/.exec([...stored].join()) ?? []
    const ends = ['.tgz', '-staging.yaml', '-production.yaml', '-trial.yaml']
    const paths = ends.map((end) => `PUT /charts/causeway-${version}${end}`)
    expect([...stored.keys()]).toEqual(paths)
    expect(stored.get(paths[2] ?? '')?.toString()).toBe(
      readFileSync('deploy/values/production.yaml', 'utf8'),
    )
    expect([...logins]).toEqual([`Basic ${Buffer.from('robot:pass"word').toString('base64')}`])
    for (const image of ['causeway', 'causeway-edge']) {
      writeFileSync(join(build, `${image}.image`), `registry.example.org/team/${image}@${DIGEST}\n`)
    }
    const { output: properties } = await runProgram('deploy/jenkins/properties.sh', [], env)
    const sha256 = createHash('sha256')
      .update(stored.get(paths[0] ?? '') ?? '')
      .digest('hex')
    const lines = properties.trim().split('\n')
    expect(lines).toEqual([
      `VERSION=${version}`,
      expect.stringMatching(/^COMMIT=[0-9a-f]{40}$/),
      `IMAGE=${IMAGE}`,
      `EDGE_IMAGE=${IMAGE.replace('causeway@', 'causeway-edge@')}`,
      `CHART_VERSION=${version}`,
      `CHART_URL=${url}/causeway-${version}.tgz`,
      `CHART_SHA256=${sha256}`,
      ...['STAGING', 'PRODUCTION', 'TRIAL'].map(
        (place) => `${place}_VALUES_URL=${url}/causeway-${version}-${place.toLowerCase()}.yaml`,
      ),
    ])
  })

  test('fail and name no chart if the store refuses it', async () => {
    const { chart, values, build } = await storeChart('refused', 403)
    expect([chart.code, values.code]).not.toContain(0)
    expect(existsSync(join(build, 'chart.url'))).toBe(false)
    expect(existsSync(join(build, 'values-staging.url'))).toBe(false)
  })

  test('store no values that the chart refuses', async () => {
    const own = join(folder, 'own')
    cpSync('deploy/values', own, { recursive: true })
    appendFileSync(join(own, 'production.yaml'), 'account:\n  config:\n    GUESTS: maybe\n')
    const { chart, values, stored } = await storeChart('bad', 201, { VALUES_DIR: own })
    expect(chart.code).toBe(0)
    expect(values.code).not.toBe(0)
    expect(values.output).toMatch(/GUESTS/)
    expect([...stored.keys()].filter((path) => path.endsWith('.yaml'))).toEqual([])
  })
})
