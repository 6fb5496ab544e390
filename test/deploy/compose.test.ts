import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { accountConfig } from '../../account/config.ts'
import { bridgeConfig } from '../../bridge/config.ts'
import { parseConfig } from '../../chassis/config.ts'
import { gatewayConfig } from '../../gateway/config.ts'
import { ingestConfig } from '../../ingest/config.ts'
import { ROOT } from '../../stack/root.ts'
import { describeUnless } from '../support/describeUnless.ts'
import { toolsLack } from './tools/tools.ts'
import { readYaml } from './tools/values.ts'

const CONFIGS = { ingest: ingestConfig, bridge: bridgeConfig, gateway: gatewayConfig, account: accountConfig }

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
  test('starts the whole system: two bridges, two gateways, and what they need', async () => {
    expect(Object.keys(await services()).sort()).toEqual(
      'account bridge-1 bridge-2 edge gateway-1 gateway-2 ingest migrate mosquitto postgres redis'.split(
        ' ',
      ),
    )
  })

  test('publishes only the port of the edge, and only to this machine', async () => {
    for (const [name, { ports }] of Object.entries(await services())) {
      expect([name, ports]).toEqual([
        name,
        name === 'edge' ? ['127.0.0.1:${PORT:-8080}:8080'] : undefined,
      ])
    }
  })

  test('gives our containers no rights, nothing to write to, and time to drain', async () => {
    const ours = Object.values(await services()).filter(({ build }) => build !== undefined)
    expect(ours).toHaveLength(8)
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

  test('gives each service a configuration that the service accepts', async () => {
    const found = Object.entries(await services())
    for (const [service, schema] of Object.entries(CONFIGS)) {
      const ours = found.filter(([name]) => name.startsWith(service))
      expect(ours.length).toBeGreaterThan(0)
      for (const [, { environment = {} }] of ours) {
        const given = Object.entries(environment).map(([key, value]) => [key, interpolate(value)])
        // The image sets the last three.
        const own = { HOST: '0.0.0.0', PORT: '8080', METRICS_PORT: '9090' }
        const env = { ...Object.fromEntries(given), ...own }
        expect(parseConfig(service, schema, { env, argv: [] })).toHaveProperty('config')
      }
    }
  })
})

/** What Compose makes of a variable that is not set. */
function interpolate(value: string): string {
  return value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
}
