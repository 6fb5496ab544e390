import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { runProgram } from '../../support/runProgram.ts'
import { quietly, tell, words } from '../slow/paths.ts'
import { TOOLS, trivyPath } from '../tools/tools.ts'
import { ARCHITECTURES, allowForeign, imagesLack, pushBases } from './bases.ts'
import { cosignLack, cosignPath } from './cosign.ts'
import { Registry } from './registry.ts'

const NAMES = ['causeway', 'causeway-edge'] as const
/** The number of arm64 in the header of a program. */
const ARM64 = 183

describeUnless(imagesLack ?? cosignLack)('a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-release-'))
  const build = join(folder, 'build')
  const store = words(`--root ${folder}/store --runroot ${folder}/run --storage-driver overlay`)
  let registry: Registry
  let env: Record<string, string>

  const buildah = (...args: string[]) => quietly('buildah', [...store, ...args], env).trim()
  const cosign = (...args: string[]) => runProgram(cosignPath, args, env)
  const imageOf = (name: string) => readFileSync(join(build, `${name}.image`), 'utf8').trim()
  const step = async (script: string) => {
    const began = performance.now()
    const { code, output } = await runProgram(script, [], env)
    if (code !== 0) throw new Error(`${script} failed:\n${output.slice(-4_000)}`)
    tell(`${script}: ${Math.round((performance.now() - began) / 1_000)} s`)
  }

  beforeAll(async () => {
    allowForeign()
    registry = await Registry.start(folder)
    writeFileSync(join(folder, 'login.json'), registry.loginFile)
    mkdirSync(build)
    mkdirSync(join(folder, 'tmp'))
    env = {
      SSL_CERT_FILE: registry.trusted,
      REGISTRY_AUTH_FILE: join(folder, 'login.json'),
      BUILDAH_ISOLATION: 'chroot',
      BUILD_DIR: build,
      BUILD_NUMBER: '7',
      TMPDIR: join(folder, 'tmp'),
      BUILDAH: `buildah ${store.join(' ')}`,
      TRIVY: withoutDatabase(folder),
      HELM: join(TOOLS, 'helm3'),
      COSIGN: cosignPath,
      COSIGN_PASSWORD: 'secret',
      REGISTRY: `${registry.host}/team`,
      REGISTRY_LOGIN: registry.login,
      GIT_URL: 'https://git.example.org/causeway.git',
      BUILD_URL: 'https://jenkins.example.org/job/causeway/7/',
    }
    const { node, nginx } = pushBases(buildah, registry.host)
    Object.assign(env, { NODE_IMAGE: node, NGINX_IMAGE: nginx })
    buildah('rmi', '--all', '--force')
    for (const name of ['key', 'other']) {
      await runProgram(
        cosignPath,
        ['generate-key-pair', `--output-key-prefix=${folder}/${name}`],
        env,
      )
    }
    env['COSIGN_PRIVATE_KEY'] = readFileSync(join(folder, 'key.key'), 'utf8')
    env['COSIGN_PUBLIC_KEY'] = readFileSync(join(folder, 'key.pub'), 'utf8')
    await step('deploy/jenkins/image.sh')
    const version = quietly('deploy/jenkins/version.sh', [], env).trim()
    const versions = ['--version', version, '--app-version', version, '--destination', build]
    quietly(join(TOOLS, 'helm3'), ['package', 'charts/causeway', ...versions])
    await step('deploy/jenkins/sign.sh')
  }, 1_800_000)

  afterAll(async () => {
    await registry?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each(NAMES)('has %s for both architectures, under one digest', (name) => {
    const index: {
      manifests: { digest: string; platform: { os: string; architecture: string } }[]
    } = JSON.parse(buildah('manifest', 'inspect', `docker://${imageOf(name)}`))
    const platforms = index.manifests.map(
      ({ platform }) => `${platform.os}/${platform.architecture}`,
    )
    expect(platforms.toSorted()).toEqual(ARCHITECTURES.map((arch) => `linux/${arch}`))
  })

  test('has in each image of the services what its own processor can run', () => {
    for (const arch of ARCHITECTURES) {
      const container = buildah('from', '--quiet', '--arch', arch, imageOf('causeway'))
      const root = buildah('mount', container)
      const npm = arch === 'amd64' ? 'x64' : arch
      const passwords = join(root, 'app/node_modules/@node-rs', `argon2-linux-${npm}-gnu`)
      const [addon = ''] = readdirSync(passwords).filter((file) => file.endsWith('.node'))
      const machines = [join(passwords, addon), join(root, 'usr/local/bin/node')].map(machineOf)
      expect(machines.map((machine) => machine === ARM64)).toEqual([
        arch === 'arm64',
        arch === 'arm64',
      ])
      expect(existsSync(join(root, 'usr/local/lib/node_modules'))).toBe(false)
      buildah('rm', container)
    }
    buildah('rmi', '--all', '--force')
  })

  test('prints the sizes of its images', () => {
    for (const name of NAMES) {
      const index: { manifests: { digest: string; platform: { architecture: string } }[] } =
        JSON.parse(buildah('manifest', 'inspect', `docker://${imageOf(name)}`))
      for (const { digest, platform } of index.manifests) {
        const file = join(
          folder,
          'data/docker/registry/v2/blobs/sha256',
          digest.slice(7, 9),
          digest.slice(7),
          'data',
        )
        const manifest: { layers: { size: number }[] } = JSON.parse(readFileSync(file, 'utf8'))
        const bytes = manifest.layers.reduce((sum, { size }) => sum + size, 0)
        tell(
          `${name} ${platform.architecture}: ${(bytes / 1e6).toFixed(1)} MB compressed, on the stand-in base`,
        )
        expect(bytes).toBeGreaterThan(1e6)
      }
    }
  })

  test.each(['the images', 'the chart'])(
    'is signed: %s are accepted by its key, and by no other',
    async (what) => {
      const chart = readFileSync(join(build, 'chart.oci'), 'utf8').trim()
      for (const reference of what === 'the chart' ? [chart] : NAMES.map(imageOf)) {
        const verify = (key: string) =>
          cosign('verify', '--private-infrastructure', `--key=${folder}/${key}.pub`, reference)
        expect(await verify('key')).toMatchObject({ code: 0 })
        const other = await verify('other')
        expect(other.code).not.toBe(0)
        expect(other.output).toMatch(/invalid signature/)
      }
    },
  )

  test('is not what somebody pushed by the same name', async () => {
    const verify = ['verify', '--private-infrastructure', `--key=${folder}/key.pub`]
    const { code, output } = await cosign(...verify, env['NODE_IMAGE'] ?? '')
    expect(code).not.toBe(0)
    expect(output).toMatch(/no signatures found/)
  })

  test('says of each image what is in it, and how it was made', async () => {
    const key = ['--private-infrastructure', `--key=${folder}/key.pub`]
    const predicate = async (type: string, reference: string) => {
      const { output } = await cosign('verify-attestation', '--type', type, ...key, reference)
      const line = output.split('\n').find((each) => each.startsWith('{"payloadType"')) ?? '{}'
      const { payload = '' }: { payload?: string } = JSON.parse(line)
      return Buffer.from(payload, 'base64').toString()
    }
    const made = await predicate('slsaprovenance1', imageOf('causeway'))
    expect(made).toContain(quietly('git', ['rev-parse', 'HEAD']).trim())
    expect(made).toContain(env['NODE_IMAGE']?.split('sha256:')[1])
    const index: { manifests: { digest: string }[] } = JSON.parse(
      readFileSync(join(build, 'causeway.index.json'), 'utf8'),
    )
    for (const { digest } of index.manifests) {
      const contents = await predicate(
        'cyclonedx',
        imageOf('causeway').replace(/@.*/, `@${digest}`),
      )
      expect(contents).toContain('pkg:npm/express@')
    }
  })

  test('leaves no image, no container and no login on the agent', () => {
    expect(buildah('images', '--all', '--quiet')).toBe('')
    expect(buildah('containers', '--all', '--quiet')).toBe('')
    expect(readdirSync(build).filter((file) => file.endsWith('.tar'))).toEqual([])
    // The scripts made their folders here.
    const own = join(folder, 'tmp')
    expect(readdirSync(own)).toEqual([])
  })
})

/** The kind of processor that a program is for. */
function machineOf(file: string): number {
  const header = Buffer.alloc(20)
  readSync(openSync(file, 'r'), header)
  return header.readUInt16LE(18)
}

/** The real Trivy, but for scans: its database cannot be fetched here. */
function withoutDatabase(folder: string): string {
  const file = join(folder, 'trivy.sh')
  const real = `${trivyPath()} --cache-dir ${folder}/trivy`
  writeFileSync(
    file,
    `#!/bin/sh
case "$*" in
  *--format*) exec ${real} "$@" --quiet --skip-db-update --offline-scan ;;
  *--output*) for last; do :; done; echo 'no database' > "$last" ;;
esac
`,
    { mode: 0o755 },
  )
  return file
}
