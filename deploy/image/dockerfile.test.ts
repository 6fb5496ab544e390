import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'

interface LockedPackage {
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  optionalDependencies?: Record<string, string>
}

const read = (path: string) => readFileSync(path, 'utf8')

describe('the Dockerfile', () => {
  const text = read('Dockerfile')
  const lines = text.replaceAll('\\\n', ' ').split('\n')
  const of = (word: string) => lines.filter((line) => line.startsWith(`${word} `))

  test('has no base that an argument cannot pin', () => {
    expect(text).not.toMatch(/^# *syntax/m)
    expect(of('ARG').slice(0, 2)).toEqual([
      expect.stringMatching(/^ARG NODE_IMAGE=node:\d+-\w+-slim$/),
      expect.stringMatching(/^ARG NGINX_IMAGE=nginx:[\d.]+-\w+$/),
    ])
    for (const from of of('FROM')) {
      expect(from).toMatch(/^FROM (--platform=\$BUILDPLATFORM )?\$\{(NODE|NGINX)_IMAGE\} AS \w+$/)
    }
  })

  test('starts everything without a shell and without root', () => {
    for (const line of [...of('CMD'), ...of('ENTRYPOINT')]) expect(line).toMatch(/^\w+ \[/)
    expect(of('USER')).toEqual(['USER 1000:1000', 'USER 1000:1000'])
    expect(lines.filter((line) => /^ *(HEALTHCHECK|CMD) .*(curl|wget)/.test(line))).toEqual([])
    expect(of('HEALTHCHECK')).toHaveLength(2)
  })

  test('leaves development dependencies and package managers out of the images', () => {
    expect(text).toContain('npm ci --omit=dev --omit=optional')
    const final = text.slice(text.indexOf('AS services'))
    expect(final).not.toMatch(/npm (ci|install|run)/)
    expect(final).toContain('/usr/local/lib/node_modules')
  })

  test('installs by name what a package brings for one kind of machine, which goes with the optional ones', () => {
    const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(
      read('package-lock.json'),
    )
    const native = Object.values(packages)
      .filter(({ dev, devOptional, optional }) => !(dev ?? devOptional ?? optional))
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => name.endsWith('-linux-x64-gnu'))
    expect(native).toContain('@node-rs/argon2-linux-x64-gnu')
    for (const name of native) expect(text).toContain(`"${name.replace('x64-gnu', '')}`)
  })

  test('labels the images with what is in them', () => {
    for (const label of ['title', 'description', 'licenses', 'version', 'revision']) {
      expect(text.split(`org.opencontainers.image.${label}=`)).toHaveLength(3)
    }
  })

  test('sees only those files of the checkout that .dockerignore names', () => {
    const [first, ...rest] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(first).toBe('*')
    expect(rest).toEqual(expect.arrayContaining(['!package-lock.json', '**/*.test.ts', '**/.env*']))
    // What is compiled there must come from somewhere.
    const compiled = [...text.matchAll(/ dist\/(\w+)(?= )/g)].map(([, folder]) => `!${folder}`)
    expect(compiled.length).toBeGreaterThan(8)
    expect(rest).toEqual(expect.arrayContaining(compiled))
    const built = [...read('stack/setup/build.mjs').matchAll(/'(?:dist\/)?(\w+)\/[\w/.]+'/g)]
      .map(([, folder = '']) => folder)
      .filter((folder) => folder !== 'dist' && existsSync(folder))
    expect(built).toEqual(expect.arrayContaining(['client', 'reference']))
    expect(rest).toEqual(expect.arrayContaining(built.map((folder) => `!${folder}`)))
    expect(rest.join(' ')).not.toMatch(/!(\.git|\.stack|test|docs)\b/)
    // Of the chart only the file that nginx' image is made from.
    expect(rest.filter((line) => line.startsWith('!charts'))).toEqual([
      '!charts/causeway/files/nginx.conf.template',
    ])
  })
})
