import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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

/** Runs chart.sh against a store that answers with `status`, and notes what the store was sent. */
async function storeChart(name: string, status: number) {
  const build = join(folder, name)
  mkdirSync(build)
  symlinkSync(join(TOOLS, 'helm3'), join(build, 'helm'))
  const sent: { url?: string | undefined; login?: string | undefined; body?: Buffer } = {}
  const keep = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    sent.url = `${request.method} ${request.url}`
    sent.login = request.headers.authorization
    sent.body = await buffer(request)
    response.writeHead(status).end()
  }
  const store = createServer((request, response) => void keep(request, response))
  const url = `${await originOf(store)}/charts`
  const env = { BUILD_DIR: build, BUILD_NUMBER: '7', PATH: `${build}:${process.env['PATH']}` }
  const login = { CHART_STORE_URL: `${url}/`, CHART_STORE_LOGIN: 'robot:pass"word' }
  const ended = await runProgram('deploy/jenkins/chart.sh', [], { ...env, ...login })
  store.close()
  return { ...ended, build, env, sent, url }
}

describeUnless(toolsLack)('chart.sh', () => {
  test('stores the chart under the version of the build, and properties.sh lists it', async () => {
    const { code, output, build, env, sent, url } = await storeChart('stored', 201)
    expect({ code, output }).toMatchObject({ code: 0 })
    const [, version = ''] =
      /^PUT \/charts\/causeway-(0\.1\.0-7\.g[0-9a-f]{8})\.tgz$/.exec(sent.url ?? '') ?? []
    expect(version).not.toBe('')
    expect(sent.login).toBe(`Basic ${Buffer.from('robot:pass"word').toString('base64')}`)
    for (const image of ['causeway', 'causeway-edge']) {
      writeFileSync(join(build, `${image}.image`), `registry.example.org/team/${image}@${DIGEST}\n`)
    }
    const { output: properties } = await runProgram('deploy/jenkins/properties.sh', [], env)
    const sha256 = createHash('sha256')
      .update(sent.body ?? '')
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
    ])
  })

  test('fails and names no chart if the store refuses it', async () => {
    const { code, build } = await storeChart('refused', 403)
    expect(code).not.toBe(0)
    expect(existsSync(join(build, 'chart.url'))).toBe(false)
  })
})
