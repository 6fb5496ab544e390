import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { bridgeConfig } from '../../bridge/config.ts'
import { parseConfig } from '../../chassis/config.ts'
import { gatewayConfig } from '../../gateway/config.ts'
import { ingestConfig } from '../../ingest/config.ts'
import { ROOT } from '../../stack/root.ts'
import { describeUnless } from './tools/describeUnless.ts'
import { toolsLack } from './tools/tools.ts'
import { readYaml } from './tools/values.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const CONFIGS = { ingest: ingestConfig, bridge: bridgeConfig, gateway: gatewayConfig }

describe('the Dockerfile', () => {
  const text = read('Dockerfile')
  const lines = text.replaceAll('\\\n', ' ').split('\n')
  const of = (word: string) => lines.filter((line) => line.startsWith(`${word} `))

  test('needs nothing but its bases, each to be pinned by an argument', () => {
    expect(text).not.toMatch(/^# *syntax/m)
    expect(of('ARG').slice(0, 2)).toEqual([
      expect.stringMatching(/^ARG NODE_IMAGE=node:\d+-\w+-slim$/),
      expect.stringMatching(/^ARG NGINX_IMAGE=nginx:[\d.]+-\w+$/),
    ])
    for (const from of of('FROM')) expect(from).toMatch(/^FROM \$\{(NODE|NGINX)_IMAGE\} AS \w+$/)
  })

  test('starts everything without a shell, as nobody in particular', () => {
    for (const line of [...of('CMD'), ...of('ENTRYPOINT')]) expect(line).toMatch(/^\w+ \[/)
    expect(of('USER')).toEqual(['USER 1000:1000', 'USER 1000:1000'])
    expect(lines.filter((line) => /^ *(HEALTHCHECK|CMD) .*(curl|wget)/.test(line))).toEqual([])
    expect(of('HEALTHCHECK')).toHaveLength(2)
  })

  test('takes the development dependencies and the package manager into no image', () => {
    expect(text).toContain('npm ci --omit=dev --omit=optional')
    const final = text.slice(text.indexOf('AS services'))
    expect(final).not.toMatch(/npm (ci|install|run)/)
    expect(final).toContain('/usr/local/lib/node_modules')
  })

  test('says what is in it', () => {
    for (const label of ['title', 'description', 'licenses', 'version', 'revision']) {
      expect(text.split(`org.opencontainers.image.${label}=`)).toHaveLength(3)
    }
  })

  test('sees nothing of the checkout but what is named', () => {
    const [first, ...rest] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(first).toBe('*')
    expect(rest).toEqual(expect.arrayContaining(['!package-lock.json', '**/*.test.ts', '**/.env*']))
    expect(rest.join(' ')).not.toMatch(/!(\.git|\.stack|test|docs|charts)( |$)/)
  })
})

interface ComposeService {
  image: string
  command?: string[] | string
  environment?: Record<string, string>
  build?: unknown
  ports?: string[]
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  stop_grace_period?: string
}

async function services(): Promise<Record<string, ComposeService>> {
  const { services: found }: { services: Record<string, ComposeService> } = Object(
    await readYaml(join(ROOT, 'compose.yaml')),
  )
  return found
}

describeUnless(toolsLack)('compose.yaml', () => {
  test('is the whole system: two bridges, two gateways, and what they need', async () => {
    expect(Object.keys(await services()).sort()).toEqual(
      'bridge-1 bridge-2 edge gateway-1 gateway-2 ingest migrate mosquitto postgres redis'.split(
        ' ',
      ),
    )
  })

  test('lets nothing but the edge be reached, and that from this machine alone', async () => {
    for (const [name, { ports }] of Object.entries(await services())) {
      expect([name, ports]).toEqual([
        name,
        name === 'edge' ? ['127.0.0.1:${PORT:-8080}:8080'] : undefined,
      ])
    }
  })

  test('gives our containers nothing that they do not need', async () => {
    const ours = Object.values(await services()).filter(({ build }) => build !== undefined)
    expect(ours).toHaveLength(7)
    for (const service of ours) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
      expect(Number.parseInt(service.stop_grace_period ?? '', 10)).toBeGreaterThan(20 + 8)
    }
  })

  test('names a version of every image', async () => {
    for (const { image } of Object.values(await services())) {
      expect(image).toMatch(/:(\$\{VERSION:-local\}|[\d.]+\}?)$/)
    }
  })

  test('tells each service what it takes', async () => {
    for (const [name, { environment = {} }] of Object.entries(await services())) {
      const service = Object.keys(CONFIGS).find((each) => name.startsWith(each))
      if (service === undefined) continue
      const given = Object.entries(environment).map(([key, value]) => [key, interpolate(value)])
      // What the image itself sets.
      const env = {
        ...Object.fromEntries(given),
        HOST: '0.0.0.0',
        PORT: '8080',
        METRICS_PORT: '9090',
      }
      const schema = Object.entries(CONFIGS).find(([each]) => each === service)?.[1] ?? ingestConfig
      expect(parseConfig(service, schema, { env, argv: [] })).toHaveProperty('config')
    }
  })
})

/** As Compose does it with a variable that is not set. */
function interpolate(value: string): string {
  return value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
}
