import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { DIGEST, runProgram } from '../../support/runProgram.ts'
import { helm, run, TOOLS, toolsLack } from '../tools/tools.ts'
import { CHART } from '../tools/values.ts'
import { Registry, signingLack, signingProgram } from './registry.ts'

const IMAGES = ['causeway', 'causeway-edge']
const ARCHITECTURES = ['amd64', 'arm64']
const PASSWORD = 'of the test'
const PRIVATE = ['--private-infrastructure']

/** With a real cosign, on a registry that answers as any other. */
describeUnless(toolsLack ?? signingLack)('a release that sign.sh has signed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-signing-'))
  const images: string[] = []
  const ofArchitectures: string[] = []
  let chart = ''
  let registry: Registry
  let ended = { code: -1, output: '' }

  beforeAll(async () => {
    registry = await Registry.start()
    for (const name of ['own', 'other']) await cosign(name, 'generate-key-pair')
    for (const name of IMAGES) {
      const { image, each } = await prepareImage('team', name)
      images.push(image)
      ofArchitectures.push(...each)
    }
    ended = await sign('team', 'own', 'own')
    chart = readFileSync(join(folder, 'team/chart.oci'), 'utf8').trim()
  }, 300_000)

  afterAll(async () => {
    await registry?.stop()
    rmSync(folder, { recursive: true })
  })

  /** What image.sh leaves: an image in the registry, the digests, and a list of what is in it for each architecture. */
  async function prepareImage(team: string, name: string) {
    const build = join(folder, team)
    mkdirSync(join(build, 'sbom'), { recursive: true })
    const repository = `${team}/${name}`
    const pushed = await registry.push(repository, ARCHITECTURES)
    const image = `${registry.host}/${repository}@${pushed.digest}`
    writeFileSync(join(build, `${name}.image`), `${image}\n`)
    for (const [at, architecture] of ARCHITECTURES.entries()) {
      writeFileSync(join(build, `${name}-${architecture}.digest`), pushed.each[at] ?? '')
      const list = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [] }
      writeFileSync(join(build, 'sbom', `${name}-${architecture}.json`), JSON.stringify(list))
    }
    return { image, each: pushed.each.map((digest) => `${registry.host}/${repository}@${digest}`) }
  }

  /** Runs cosign in the folder of a pair of keys. */
  function cosign(keys: string, ...args: string[]) {
    const home = join(folder, keys)
    mkdirSync(home, { recursive: true })
    const env = { COSIGN_PASSWORD: PASSWORD, HOME: home }
    return runProgram('env', ['--chdir', home, signingProgram('cosign'), ...args], env)
  }

  /** Packages the chart and runs sign.sh on what a team has prepared. */
  function sign(team: string, privateKey: string, publicKey: string) {
    const build = join(folder, team)
    const version = run('deploy/jenkins/version.sh', []).trim()
    const versions = ['--version', version, '--app-version', version]
    helm('helm3', 'package', CHART, ...versions, '--destination', build)
    // Helm believes only in registries with TLS, unless it is told.
    const plainHelm = join(folder, 'helm')
    writeFileSync(plainHelm, `#!/bin/sh\nexec ${TOOLS}/helm3 "$@" --plain-http\n`, { mode: 0o755 })
    return runProgram('deploy/jenkins/sign.sh', [], {
      BUILD_DIR: build,
      REGISTRY: `${registry.host}/${team}`,
      COSIGN: signingProgram('cosign'),
      HELM: plainHelm,
      COSIGN_PASSWORD: PASSWORD,
      COSIGN_PRIVATE_KEY: readFileSync(join(folder, privateKey, 'cosign.key'), 'utf8'),
      COSIGN_PUBLIC_KEY: readFileSync(join(folder, publicKey, 'cosign.pub'), 'utf8'),
      NODE_IMAGE: `node:24@${DIGEST}`,
      NGINX_IMAGE: `nginx:1.28@${DIGEST}`,
      GIT_URL: 'https://git.example.org/causeway',
      BUILD_URL: 'https://jenkins.example.org/job/causeway/7/',
      HOME: folder,
    })
  }

  /** Whether cosign believes in an object by a pair's public key. */
  async function isBelieved(keys: string, object: string, ...type: string[]): Promise<boolean> {
    const command = type.length > 0 ? ['verify-attestation', '--type', ...type] : ['verify']
    return (await cosign(keys, ...command, '--key', 'cosign.pub', ...PRIVATE, object)).code === 0
  }

  test('is images and chart, which it names', () => {
    expect(ended).toMatchObject({ code: 0 })
    const [, named = ''] = /signed and verified: (.+?@sha.+?@sha\S+ \S+)/s.exec(ended.output) ?? []
    expect(named.split(/\s+/).toSorted()).toEqual([...images, chart].toSorted())
  })

  test('is believed by its key, each architecture by itself, and by no other key', async () => {
    for (const object of [...images, ...ofArchitectures, chart]) {
      expect({ object, by: await isBelieved('own', object) }).toEqual({ object, by: true })
      expect({ object, by: await isBelieved('other', object) }).toEqual({ object, by: false })
    }
  })

  test('says how its images were made, and what is in them', async () => {
    for (const image of images) {
      expect(await isBelieved('own', image, 'slsaprovenance1')).toBe(true)
      expect(await isBelieved('other', image, 'slsaprovenance1')).toBe(false)
    }
    for (const image of ofArchitectures) {
      expect(await isBelieved('own', image, 'cyclonedx')).toBe(true)
    }
  })

  test('does not make others believed', async () => {
    const { digest } = await registry.push('team/causeway', ['s390x'])
    expect(await isBelieved('own', `${registry.host}/team/causeway@${digest}`)).toBe(false)
  })

  test('fails if the keys are no pair', async () => {
    for (const name of IMAGES) await prepareImage('others', name)
    const { code, output } = await sign('others', 'other', 'own')
    expect(code).not.toBe(0)
    expect(output).toMatch(/no matching signatures|invalid signature/)
  })
})
