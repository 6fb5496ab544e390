import { expect, test } from '@jest/globals'
import { bridgeConfig } from '../../../bridge/config.ts'
import { parseConfig } from '../../../chassis/config.ts'
import { parseLayoutFile } from '../../../chassis/layoutFile.ts'
import { migrationsOf } from '../../../history/migrations.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { containersOf, get, type KubernetesObject, named, podOf, renderChart } from './render.ts'

const RELEASE = 'causeway-relay'
const FILE = '/etc/causeway/layout/layout.json'

interface Variable {
  name: string
  value?: string
  valueFrom?: { secretKeyRef: { key: string; optional?: boolean } }
}

const env = (object: KubernetesObject) => get<Variable[]>(containersOf(object)[0], 'env')
/** The keys of the Secret for servers that logs name, by the variables that hold them. */
const servers = (object: KubernetesObject) =>
  Object.fromEntries(
    env(object)
      .filter(({ name }) => /_URL_/.test(name))
      .map(({ name, valueFrom }) => [name, valueFrom?.secretKeyRef.key]),
  )
const layoutOf = (objects: KubernetesObject[], name: string) =>
  get<Record<string, string>>(named(objects, 'ConfigMap', name), 'data')['layout.json'] ?? ''

describeUnless(toolsLack)('a layout of several logs', () => {
  test('is a file that ingest, bridges, gateways and the migration take, and account does not need', async () => {
    const objects = await renderChart('everything')
    const file = layoutOf(objects, `${RELEASE}-layout`)
    expect(parseLayoutFile(file)).toHaveProperty('file.logs.length', 3)
    expect(layoutOf(objects, `${RELEASE}-migrate`)).toBe(file)
    const mounted = objects
      .filter(({ kind }) => ['Deployment', 'Job'].includes(kind))
      .filter((object) => JSON.stringify(podOf(object)).includes('/etc/causeway/layout'))
    expect(
      mounted.map(({ metadata }) => metadata.name.replace(/-migrate-.*/, '-migrate')).toSorted(),
    ).toEqual(
      ['bridge-fleet', 'bridge-plain', 'gateway', 'ingest', 'migrate'].map(
        (each) => `${RELEASE}-${each}`,
      ),
    )
    expect(get(named(objects, 'ConfigMap', `${RELEASE}-ingest`), 'data')).toMatchObject({
      LAYOUT_FILE: FILE,
    })
    expect(get(named(objects, 'ConfigMap', `${RELEASE}-ingest`), 'data')).not.toHaveProperty(
      'LOG_ID',
    )
  })

  test('takes the address of each server from the key of the plain one with its name', async () => {
    const objects = await renderChart('everything')
    const of = (name: string) => servers(named(objects, 'Deployment', `${RELEASE}-${name}`))
    expect(of('ingest')).toEqual({
      DATABASE_URL_B: 'INGEST_DATABASE_URL_B',
      DATABASE_REPLICA_URL_B: 'INGEST_DATABASE_REPLICA_URL_B',
      MQTT_URL_EAST: 'INGEST_MQTT_URL_EAST',
      REDIS_URL_X: 'INGEST_REDIS_URL_X',
    })
    expect(of('bridge-fleet')).toEqual({
      DATABASE_URL_B: 'BRIDGE_DATABASE_URL_B',
      MQTT_URL_EAST: 'BRIDGE_MQTT_URL_EAST',
      REDIS_URL_X: 'BRIDGE_REDIS_URL_X',
    })
    expect(of('gateway')).toEqual({
      DATABASE_URL_B: 'GATEWAY_DATABASE_URL_B',
      REDIS_URL_X: 'GATEWAY_REDIS_URL_X',
    })
    expect(of('account')).toEqual({})
    // A server need not have a replica, and ingest does without Redis.
    const optional = env(named(objects, 'Deployment', `${RELEASE}-ingest`)).filter(
      ({ valueFrom }) => valueFrom?.secretKeyRef.optional,
    )
    expect(optional.map(({ name }) => name)).toEqual([
      'REDIS_URL',
      'DATABASE_REPLICA_URL_B',
      'REDIS_URL_X',
    ])
  })

  test('gives the migration all that it asks for', async () => {
    const objects = await renderChart('everything')
    const job = objects.find(({ kind }) => kind === 'Job')
    if (job === undefined) throw new Error('There is no Job')
    const given = Object.fromEntries(
      env(job).map(({ name, value }) => [name, value ?? 'postgres://a']),
    )
    expect(given['LAYOUT_FILE']).toBe(FILE)
    const parsed = parseLayoutFile(layoutOf(objects, `${RELEASE}-migrate`))
    if (!('file' in parsed)) throw new Error('This is no layout')
    const found = migrationsOf(parsed.file, given)
    expect(found).toHaveProperty('migrations.1.addresses', {
      account: undefined,
      bridge: 'postgres://a',
      gateway: 'postgres://a',
      ingest: 'postgres://a',
    })
  })

  test('has two bridges for each part of the logs, which serve that part', async () => {
    const objects = await renderChart('everything')
    for (const [part, logs] of [
      ['plain', [0, 1]],
      ['fleet', [2]],
    ] as const) {
      const name = `${RELEASE}-bridge-${part}`
      expect(get(named(objects, 'Deployment', name), 'spec.replicas')).toBe(2)
      const LOGS = get<string>(named(objects, 'ConfigMap', name), 'data.LOGS')
      const rest =
        'DATABASE_URL=postgres://p/d REDIS_URL=redis://r MQTT_URL=mqtts://m METRICS_PORT=1'
      const more = Object.fromEntries(rest.split(' ').map((each) => each.split('=')))
      const config = { ...more, LOGS, COPY_KEYS: 'k'.repeat(43) }
      expect(parseConfig('bridge', bridgeConfig, { env: config, argv: [] })).toMatchObject({
        config: { LOGS: logs },
      })
    }
  })

  test('is there before the migration of a Helm release, and restarts pods when it changes', async () => {
    const hook = await renderChart('everything', ['--set', 'migrations.mode=hook'])
    expect(named(hook, 'ConfigMap', `${RELEASE}-migrate`).metadata.annotations).toMatchObject({
      'helm.sh/hook': 'pre-install,pre-upgrade',
      'helm.sh/hook-weight': '-10',
    })
    const changed = await renderChart('everything', ['--set', 'layout.logs[0].redis=x'])
    const checksum = (objects: KubernetesObject[]) =>
      podOf(named(objects, 'Deployment', `${RELEASE}-bridge-plain`)).metadata.annotations?.[
        'checksum/config'
      ]
    expect(checksum(changed)).not.toBe(checksum(await renderChart('everything')))
  })
})
