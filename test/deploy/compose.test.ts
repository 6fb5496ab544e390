import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { accountConfig } from '../../account/config.ts'
import { bridgeConfig } from '../../bridge/config.ts'
import { parseConfig } from '../../chassis/config.ts'
import { gatewayConfig } from '../../gateway/config.ts'
import { ingestConfig } from '../../ingest/config.ts'
import { ROOT } from '../../stack/root.ts'
import { describeUnless } from '../support/describeUnless.ts'
import { runProgram } from '../support/runProgram.ts'
import { toolsLack } from './tools/tools.ts'
import { readYaml } from './tools/values.ts'

const CONFIGS = {
  ingest: ingestConfig,
  bridge: bridgeConfig,
  gateway: gatewayConfig,
  account: accountConfig,
}

interface ComposeService {
  image: string
  command?: string[] | string
  environment?: Record<string, string>
  build?: unknown
  ports?: string[]
  volumes?: string[]
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
      'account bridge-1 bridge-2 edge gateway-1 gateway-2 ingest migrate mosquitto mqtt-users postgres redis'.split(
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
    expect(ours).toHaveLength(9)
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

  test('gives a layout of several logs to all that need it, and to nobody else', async () => {
    const found = Object.entries(await services()).filter(
      ([, { environment = {} }]) => environment['LAYOUT_FILE'] !== undefined,
    )
    expect(found.map(([name]) => name).toSorted()).toEqual(
      'bridge-1 bridge-2 gateway-1 gateway-2 ingest migrate'.split(' '),
    )
    for (const [, { environment, volumes }] of found) {
      const path = environment?.['LAYOUT_FILE']?.replace('${LAYOUT:+', '').replace('}', '')
      expect(volumes).toEqual([`\${LAYOUT:-/dev/null}:${path}:ro`])
    }
  })

  test.each([
    ['redis', 'deploy/redis/redis.conf.template', /^user default off$/m],
    ['mosquitto', 'charts/causeway/files/mosquitto.conf.template', /^allow_anonymous false$/m],
  ])('fills in every name of the configuration of %s', async (name, template, line) => {
    const [, , script = ''] = (await services())[name]?.command ?? []
    const [sed = ''] = /sed '[^']*'/.exec(interpolate(script).replaceAll('$$', '$')) ?? []
    const { output } = await runProgram('sh', ['-c', `${sed} ${template}`])
    expect(output.replace('${...}', '')).not.toContain('${')
    expect(output).toMatch(line)
  })

  test('gives each service its own user everywhere, and the password that the server has', async () => {
    const found = await services()
    const given = ['ingest', 'bridge-1', 'gateway-1'].map((name) => found[name]?.environment ?? {})
    const column = (variable: string) => given.map((environment) => environment[variable])
    const roles = found['migrate']?.environment
    const users = found['mqtt-users']?.environment
    const of = (variable: string, from = roles) =>
      ['INGEST', 'BRIDGE', 'GATEWAY'].map((service) => from?.[`${service}_${variable}`])
    expect(column('DATABASE_URL')).toEqual(of('DATABASE_URL'))
    expect(found['account']?.environment?.['DATABASE_URL']).toBe(roles?.['ACCOUNT_DATABASE_URL'])
    expect(column('MQTT_URL')).toEqual(of('MQTT_URL', users))
    expect(found['account']?.environment?.['MQTT_URL']).toBe(users?.['ACCOUNT_MQTT_URL'])
    const redis = String(found['redis']?.command)
    expect(redis).toContain('s/$${INGEST_PASSWORD}/ingest-${PASSWORD:-causeway}/')
    expect(redis).toContain('s/$${BRIDGE_PASSWORD}/bridge-${PASSWORD:-causeway}/')
    expect(redis).toContain('s/$${GATEWAY_PASSWORD}/gateway-${PASSWORD:-causeway}/')
    expect(column('REDIS_URL')).toEqual([
      'redis://ingest:ingest-${PASSWORD:-causeway}@redis:6379',
      'redis://bridge:bridge-${PASSWORD:-causeway}@redis:6379',
      'redis://gateway:gateway-${PASSWORD:-causeway}@redis:6379',
    ])
  })
})

/** What Compose makes of a variable that is not set. */
function interpolate(value: string): string {
  return value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').replaceAll(/\$\{\w+:\+[^}]*\}/g, '')
}
