import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import {
  CACHE,
  EDGE_IMAGE,
  NGINX_BASE,
  NODE_BASE,
  quietly,
  SERVICES_IMAGE,
  words,
} from './paths.ts'

const CA = '/etc/ssl/certs/ca-certificates.crt'

export function buildah(...args: string[]): string {
  const store = ['--root', join(CACHE, 'store'), '--runroot', join(CACHE, 'run')]
  return quietly('buildah', [...store, '--storage-driver', 'overlay', ...args]).trim()
}

/**
 * Builds stand-ins for the bases that the Dockerfile names, because no registry can be reached: Debian with this machine's Node and
 * npm, and Debian with its own nginx. They prove our layers, and nothing about those bases.
 */
export function buildBases(): void {
  mkdirSync(CACHE, { recursive: true })
  const tar = join(CACHE, 'debian.tar')
  if (!existsSync(tar)) {
    const include = '--include=ca-certificates,libstdc++6,nginx-light'
    const how = ['--quiet', '--variant=minbase', '--format=tar', include]
    quietly('mmdebstrap', [...how, 'bookworm', `${tar}.part`])
    renameSync(`${tar}.part`, tar)
  }
  const images = buildah('images', '--format', '{{.Name}}').split('\n')
  if (!images.includes(NGINX_BASE)) commit(NGINX_BASE, tar, () => {})
  if (!images.includes(NODE_BASE)) commit(NODE_BASE, tar, addNode)
}

function commit(name: string, tar: string, change: (root: string) => void): void {
  const container = buildah('from', 'scratch')
  buildah('add', '--quiet', container, tar, '/')
  const root = buildah('mount', container)
  // If the network has a private authority, that belongs in the base and not in our Dockerfile.
  cpSync(CA, join(root, CA))
  change(root)
  buildah('umount', container)
  buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${CA}`, container)
  buildah('commit', '--quiet', container, name)
  buildah('rm', container)
}

function addNode(root: string): void {
  const bin = join(root, 'usr/local/bin')
  cpSync(process.execPath, join(bin, 'node'))
  chmodSync(join(bin, 'node'), 0o755)
  const npm = dirname(
    dirname(realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim())),
  )
  cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'))
  appendFileSync(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/sh\n')
  appendFileSync(join(root, 'etc/group'), 'node:x:1000:\n')
}

/** Builds both of our images, like the pipeline. */
export function buildImages(): void {
  build(SERVICES_IMAGE, 'services', '--layers')
  build(EDGE_IMAGE, 'edge', '--layers')
}

/** `how`: `--layers` reuses what was built before, `--no-cache` builds everything again. */
export function build(name: string, target: string, how: '--layers' | '--no-cache'): void {
  // With the clock's time no two builds would be the same.
  const options =
    words(`${how} --quiet --isolation chroot --pull-never --network host --format docker
    --timestamp 1700000000 --build-arg NODE_IMAGE=${NODE_BASE} --build-arg NGINX_IMAGE=${NGINX_BASE}`)
  buildah('bud', ...options, '--target', target, '--tag', name, '.')
}

/** The layers of an image, each with the digest of its content and its size in bytes. */
export function layers(name: string): { digest: string; bytes: number }[] {
  const { Manifest, Docker }: { Manifest: string; Docker: { rootfs: { diff_ids: string[] } } } =
    JSON.parse(buildah('inspect', '--type', 'image', name))
  const manifest: { layers: { size: number }[] } = JSON.parse(Manifest)
  return Docker.rootfs.diff_ids.map((digest, at) => ({
    digest,
    bytes: manifest.layers[at]?.size ?? 0,
  }))
}

/** Writes an image like `docker save`, and returns the file. */
export function save(name: string): string {
  const file = join(CACHE, `${name.replace(/.*\/|:.*/g, '')}.tar`)
  if (existsSync(file)) quietly('rm', [file])
  buildah('push', '--quiet', name, `docker-archive:${file}:${name}`)
  return file
}

/** The files below /app of an image, each as `mode owner path`. */
export function filesOf(name: string): string[] {
  const container = buildah('from', '--pull-never', name)
  try {
    const root = buildah('mount', container)
    const list = quietly('find', [join(root, 'app'), '-type', 'f', '-printf', '%m %u %P\\n'])
    return list.trim().split('\n')
  } finally {
    buildah('umount', container)
    buildah('rm', container)
  }
}
