import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from '@jest/globals'
import { DIGEST, IMAGE, originOf, runProgram } from '../../test/support/runProgram.ts'

const folder = mkdtempSync(join(tmpdir(), 'causeway-jenkins-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PROPERTIES = `VERSION=0.1.0-7.gabc
COMMIT=abc
IMAGE=${IMAGE}
EDGE_IMAGE=${IMAGE.replace('causeway@', 'causeway-edge@')}
CHART_VERSION=0.1.0-7.gabc
CHART_URL=https://charts.example.org/causeway-0.1.0-7.gabc.tgz
STAGING_VALUES_URL=https://charts.example.org/causeway-0.1.0-7.gabc-staging.yaml
PRODUCTION_VALUES_URL=https://charts.example.org/causeway-0.1.0-7.gabc-production.yaml
TRIAL_VALUES_URL=https://charts.example.org/causeway-0.1.0-7.gabc-trial.yaml
`

/** Runs trigger.mjs against a Gate that gives this answer. */
async function trigger(properties: string, answer: { status: number; body: string }) {
  const heard: { url?: string | undefined; body?: unknown } = {}
  const hear = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    heard.url = request.url
    heard.body = JSON.parse(await text(request))
    response.writeHead(answer.status).end(answer.body)
  }
  const gate = createServer((request, response) => void hear(request, response))
  const url = `${await originOf(gate)}/gate`
  const file = join(folder, 'build.properties')
  writeFileSync(file, properties)
  const ended = await runProgram('node', ['deploy/jenkins/trigger.mjs', file], {
    SPINNAKER_GATE_URL: url,
    SPINNAKER_WEBHOOK_SECRET: 'quite-secret',
  })
  gate.close()
  return { ...ended, heard }
}

describe('trigger.mjs', () => {
  const taken = { status: 200, body: '{"eventProcessed":true,"eventId":"e-1"}' }

  test('tells Spinnaker both images by digest, and chart and values by their addresses', async () => {
    const { code, output, heard } = await trigger(PROPERTIES, taken)
    expect({ code, output }).toEqual({ code: 0, output: 'Spinnaker has event e-1\n' })
    expect(heard.url).toBe('/gate/webhooks/webhook/causeway')
    expect(heard.body).toMatchObject({
      secret: 'quite-secret',
      parameters: { version: '0.1.0-7.gabc', commit: 'abc' },
      artifacts: [
        { type: 'docker/image', name: 'registry.example.org/team/causeway', version: DIGEST },
        { type: 'docker/image', name: 'registry.example.org/team/causeway-edge', version: DIGEST },
        ...['chart', 'staging-values', 'production-values', 'trial-values'].map((what) => ({
          type: 'http/file',
          name: `causeway-${what}`,
          version: '0.1.0-7.gabc',
        })),
      ],
    })
  })

  test.each([
    ['an image is named by a tag', PROPERTIES.replace(DIGEST, 'latest'), /by its digest/],
    ['the chart is not named', PROPERTIES.replace(/CHART_URL=.*/, ''), /lack CHART_URL/],
    ['values are not named', PROPERTIES.replace(/TRIAL.*/, ''), /lack TRIAL_VALUES_URL/],
  ])('fails and calls nobody if %s', async (_name, properties, message) => {
    const { code, output, heard } = await trigger(properties, taken)
    expect(code).toBe(1)
    expect(output).toMatch(message)
    expect(heard).toEqual({})
  })

  test.each([
    ['refuses the call', { status: 403, body: 'no' }, /answered 403: no/],
    ['takes no event', { status: 200, body: '{"eventProcessed":false}' }, /did not take/],
  ])('fails if Spinnaker %s, and prints no secret', async (_name, answer, message) => {
    const { code, output } = await trigger(PROPERTIES, answer)
    expect(code).toBe(1)
    expect(output).toMatch(message)
    expect(output).not.toContain('quite-secret')
  })
})

describe('junitReporter.js', () => {
  test('reports what passed, failed, was skipped, and did not load', async () => {
    const dir = join(folder, 'reported')
    mkdirSync(dir)
    const config = join(dir, 'jest.config.json')
    writeFileSync(config, '{"transform":{}}')
    writeFileSync(
      join(dir, 'some.test.js'),
      `test('a <good> one', () => {})
       describe('outer', () => test('a bad one', () => { throw new Error('\\u001b[31m5 & 6\\u001b[0m') }))
       test.skip('one for later', () => {})`,
    )
    writeFileSync(join(dir, 'broken.test.js'), 'this is no JavaScript')
    const file = join(dir, 'report/junit.xml')
    const jest = resolve('node_modules/jest/bin/jest.js')
    const reporter = resolve('deploy/jenkins/junitReporter.js')
    const { code } = await runProgram(
      'node',
      [jest, '--config', config, `--reporters=${reporter}`],
      {
        JUNIT_FILE: file,
      },
    )
    expect(code).toBe(1)
    const report = readFileSync(file, 'utf8')
    expect(report).toContain('name="a &lt;good&gt; one"')
    expect(report).toMatch(/name="outer › a bad one" time="[\d.]+"><failure>Error: 5 &amp; 6\n/)
    expect(report).toMatch(/name="one for later" time="[\d.]+"><skipped\/>/)
    expect(report).toMatch(/name="loads"><error>.*SyntaxError/s)
    expect(report).toMatch(/tests="3" failures="1" errors="0" skipped="1"/)
    expect(report).toMatch(/tests="1" failures="0" errors="1" skipped="0"/)
  })
})
