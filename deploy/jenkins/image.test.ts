import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { DIGEST, IMAGE, runProgram } from '../../test/support/runProgram.ts'

const folder = mkdtempSync(join(tmpdir(), 'causeway-image-'))
afterAll(() => rmSync(folder, { recursive: true }))

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

describe('image.sh', () => {
  test('builds, lists and scans all images before it pushes any, and names them by digest', async () => {
    const { code, build, lines } = await buildImages('good')
    expect(code).toBe(0)
    const pattern =
      / (\w+)(?: (add|create|inspect|push))?.*?( --exit-code|--format cyclonedx|docker:|$).*/
    const steps = lines.map((line) =>
      line.replace(pattern, ' $1 $2 $3').replaceAll(/ +/g, ' ').trim(),
    )
    const one = [
      'buildah bud',
      'buildah push',
      'trivy image --format cyclonedx',
      'trivy image',
      'trivy image --exit-code',
    ]
    const each = ['buildah push docker:', 'buildah manifest add docker:']
    const pushed = ['buildah manifest create', ...each, ...each, 'buildah manifest push docker:']
    const both = [...pushed, ...pushed]
    expect(steps.filter((step) => !/^buildah (rmi|info)/.test(step))).toEqual([
      ...one,
      ...one,
      ...one,
      ...one,
      ...both,
    ])
    expect(readFileSync(join(build, 'causeway.image'), 'utf8')).toBe(`${IMAGE}\n`)
  })

  test('builds each image for both architectures', async () => {
    const { lines } = await buildImages('architectures')
    const built = lines.flatMap(
      (line) => / bud .*--platform (\S+) --target (\S+)/.exec(line)?.slice(1) ?? [],
    )
    const [amd64, arm64] = ['linux/amd64', 'linux/arm64']
    expect(built).toEqual([amd64, 'services', amd64, 'edge', arm64, 'services', arm64, 'edge'])
  })

  test.each([
    ['all went well', {}],
    ['the scan found something', { FINDING: 'yes' }],
  ])('leaves no image and no login if %s', async (name, env) => {
    const { build, lines } = await buildImages(`left-${name.length}`, env)
    const built = lines.flatMap((line) => / --tag (\S+)/.exec(line)?.[1] ?? [])
    const removed = lines.flatMap((line) => /^buildah rmi --force (\S+)/.exec(line)?.[1] ?? [])
    expect(built.length).toBeGreaterThan(0)
    expect(removed).toEqual(
      expect.arrayContaining([...built, `node:24@${DIGEST}`, `nginx:1.28@${DIGEST}`]),
    )
    expect(readdirSync(build).filter((file) => file.endsWith('.tar'))).toEqual([])
  })

  test('builds the two final stages of the Dockerfile', async () => {
    const { lines } = await buildImages('targets', { ARCHITECTURES: 'amd64' })
    const targets = lines.flatMap((line) => / bud .*--target (\S+)/.exec(line)?.[1] ?? [])
    expect(targets).toEqual(['services', 'edge'])
    const stages = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM .* AS (\S+)$/gm)]
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

  test('logs in without a word on a command line', async () => {
    const { lines, build } = await buildImages('login')
    expect(lines.filter((line) => /robot|pass:word/.test(line))).toEqual([])
    const auth = Buffer.from('robot:pass:word').toString('base64')
    const login: unknown = JSON.parse(readFileSync(join(build, 'calls.login'), 'utf8'))
    expect(login).toEqual({ auths: { 'registry.example.org': { auth } } })
  })
})
