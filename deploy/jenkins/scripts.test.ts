import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

/** Runs image.sh with a buildah and a trivy that only note how they are called. */
async function buildImages(name: string, env: Record<string, string> = {}) {
  const build = join(folder, name)
  mkdirSync(build)
  const calls = join(build, 'calls')
  const tool = resolve('deploy/jenkins/fakeTool.sh')
  const ended = await runProgram('deploy/jenkins/image.sh', [], {
    BUILD_DIR: build,
    BUILD_NUMBER: '7',
    BUILDAH: `${tool} buildah`,
    TRIVY: `${tool} trivy`,
    CALLS: calls,
    REGISTRY: 'registry.example.org/team',
    NODE_IMAGE: `node:24@${DIGEST}`,
    NGINX_IMAGE: `nginx:1.28@${DIGEST}`,
    REGISTRY_LOGIN: 'robot:pass:word',
    ...env,
  })
  const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []
  return { ...ended, build, lines }
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

describe('image.sh', () => {
  test('builds, lists and scans both images before it pushes either, and names them by digest', async () => {
    const { code, build, lines } = await buildImages('good')
    expect(code).toBe(0)
    const steps = lines.map((line) =>
      line
        .replace(
          /^(buildah|trivy) (\w+).*?( --severity|--format cyclonedx|docker:|$).*/,
          '$1 $2 $3',
        )
        .trim(),
    )
    const both = [
      'buildah bud',
      'buildah push',
      'trivy image --format cyclonedx',
      'trivy image  --severity',
    ]
    expect(steps.slice(0, 8)).toEqual([...both, ...both])
    expect(steps.slice(8)).toEqual([
      'buildah login',
      'password: pass:word',
      'buildah push docker:',
      'buildah push docker:',
    ])
    expect(readFileSync(join(build, 'causeway.image'), 'utf8')).toBe(`${IMAGE}\n`)
  })

  test('builds the two final stages of the Dockerfile', async () => {
    const { lines } = await buildImages('targets')
    const targets = lines.flatMap((line) => / bud .*--target (\S+)/.exec(line)?.[1] ?? [])
    expect(targets).toEqual(['services', 'edge'])
    const stages = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM \S+ AS (\S+)$/gm)]
    expect(stages.map(([, name]) => name)).toEqual(expect.arrayContaining(targets))
  })

  test('pushes nothing if the scan finds something', async () => {
    const { code, lines } = await buildImages('bad', { FINDING: 'yes' })
    expect(code).not.toBe(0)
    expect(lines.filter((line) => line.includes('docker://'))).toEqual([])
  })

  test('builds nothing on a base that is not named by its digest', async () => {
    const { code, output, lines } = await buildImages('tag', { NODE_IMAGE: 'node:24' })
    expect(code).not.toBe(0)
    expect(output).toContain('node:24 is not named by its digest')
    expect(lines).toEqual([])
  })

  test('puts the password on no command line', async () => {
    const { lines } = await buildImages('login')
    expect(lines.find((line) => line.startsWith('buildah login'))).not.toContain('pass:word')
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
