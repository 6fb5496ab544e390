import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mqtt, { type MqttClient } from 'mqtt'
import { AccessTable } from '../../../chassis/auth/accessTable.ts'
import { BrokerControl } from '../../../chassis/broker/control.ts'
import { Devices } from '../../../chassis/broker/devices.ts'
import { commandAs, ownFolder } from '../../../stack/account.ts'
import { plugin } from '../../../stack/mosquitto.ts'
import { freePort } from '../../../stack/ports.ts'
import { waitForTcp } from '../../../stack/probes.ts'
import { runProgram } from '../../support/runProgram.ts'
import { waitFor } from '../../support/waitFor.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { makeCertificate } from '../tls/certificate.ts'
import { programLack, toolsLack } from '../tools/tools.ts'
import { get, named, podOf, renderChart } from './render.ts'

const lack = toolsLack ?? programLack('mosquitto') ?? programLack('openssl')
let dir: string
let broker: ChildProcess
let url: string
let ca: Buffer
const clients: MqttClient[] = []
const DEVICE = { clientId: 'device:a', username: 'device:a', password: 'pw' }

/** mosquitto.conf as the chart renders it, with this machine's paths, and the users that its init container writes. */
beforeAll(async () => {
  if (lack !== undefined) return
  dir = mkdtempSync(join(tmpdir(), 'causeway-mosquitto-'))
  for (const folder of ['tls', 'data']) mkdirSync(join(dir, folder))
  const data = get<Record<string, string>>(
    named(await renderChart('everything'), 'ConfigMap', 'causeway-relay-mosquitto'),
    'data',
  )
  const port = await freePort()
  const text = (data['mosquitto.conf'] ?? '')
    .replaceAll('/etc/causeway/', `${dir}/`)
    .replaceAll('/var/lib/causeway', join(dir, 'data'))
    .replace('/usr/lib/mosquitto_dynamic_security.so', plugin())
    .replace('listener 8883 ', `listener ${port} 127.0.0.1`)
  writeFileSync(join(dir, 'mosquitto.conf'), text)
  await writeUsers(['ingest', 'bridge', 'account', 'exporter'])
  const certificate = makeCertificate(join(dir, 'tls/tls'), 'IP:127.0.0.1')
  await startBroker(port)
  url = `mqtts://127.0.0.1:${port}`
  ca = certificate.cert
})

async function startBroker(port: number): Promise<void> {
  const account = ownFolder(dir)
  const conf = ['-c', join(dir, 'mosquitto.conf')]
  const { command, args, ...as } = commandAs(account, 'mosquitto', conf, { files: conf.slice(1) })
  broker = spawn(command, args, {
    ...as,
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  })
  await waitFor(() =>
    waitForTcp(port).then(
      () => true,
      () => false,
    ),
  )
}

async function stopBroker(): Promise<void> {
  broker.kill('SIGTERM')
  await once(broker, 'exit')
}

afterAll(async () => {
  if (lack !== undefined) return
  for (const client of clients) client.end(true)
  await stopBroker()
  rmSync(dir, { recursive: true, force: true })
})

/** What the pod's init container does. */
async function writeUsers(
  names: string[],
  passwordOf = (name: string) => `pw-${name}`,
): Promise<void> {
  const addresses = names.map((name) => [
    `${name.toUpperCase()}_MQTT_URL`,
    `mqtts://${name}:${passwordOf(name)}@broker`,
  ])
  const env = { ...Object.fromEntries(addresses), BROKER_USERS_FILE: join(dir, 'data/users.json') }
  expect(await runProgram('node', ['dist/broker/main.js'], env)).toMatchObject({ code: 0 })
}

async function connect(username?: string, password = `pw-${username}`): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, {
    ca,
    protocolVersion: 5,
    reconnectPeriod: 0,
    ...(username === undefined ? {} : { username, password }),
  })
  clients.push(client)
  return client
}

describeUnless(lack)('the broker of the chart, with users and TLS', () => {
  test('refuses clients without a password or with a wrong one', async () => {
    await expect(connect()).rejects.toThrow(/not authorized/i)
    await expect(connect('ingest', 'wrong')).rejects.toThrow(/not authorized/i)
  })

  test('refuses connections without TLS', async () => {
    const plain = url.replace('mqtts:', 'mqtt:')
    await expect(
      mqtt.connectAsync(plain, { reconnectPeriod: 0, connectTimeout: 2_000 }),
    ).rejects.toThrow(/closed|reset|timeout|refused|disconnect/i)
  })

  test('takes messages from ingest only, and delivers them to bridges', async () => {
    const [ingest, bridge, exporter] = [
      await connect('ingest'),
      await connect('bridge'),
      await connect('exporter'),
    ]
    await bridge.subscribeAsync('causeway/channels/#', { qos: 1 })
    const heard = new Promise<string>((resolve) =>
      bridge.once('message', (_, payload) => resolve(String(payload))),
    )
    for (const forger of [bridge, exporter]) {
      await expect(
        forger.publishAsync('causeway/channels/a', 'forged', { qos: 1 }),
      ).rejects.toThrow(/not authorized/i)
    }
    await ingest.publishAsync('causeway/channels/a', 'stored', { qos: 1 })
    expect(await heard).toBe('stored')
  })

  test('lets ingest write to no other topic', async () => {
    const ingest = await connect('ingest')
    await expect(ingest.publishAsync('elsewhere', 'x', { qos: 1 })).rejects.toThrow(
      /not authorized/i,
    )
  })

  test('tells its figures to the exporter', async () => {
    const exporter = await connect('exporter')
    const heard = new Promise<string>((resolve) => exporter.once('message', resolve))
    await exporter.subscribeAsync('$SYS/#')
    expect(await heard).toMatch(/^\$SYS\//)
  })

  test('takes a new certificate at a SIGHUP, and disconnects nobody', async () => {
    const ingest = await connect('ingest')
    const old = ca
    ca = makeCertificate(join(dir, 'tls/tls'), 'IP:127.0.0.1').cert
    ownFolder(dir)
    await expect(connect('bridge')).rejects.toThrow(/certificate/)
    broker.kill('SIGHUP')
    await waitFor(async () => connect('bridge').then(Boolean, () => false))
    const renewed = ca
    ca = old
    await expect(connect('bridge')).rejects.toThrow(/certificate/)
    ca = renewed
    expect(ingest.connected).toBe(true)
  })

  test('has new passwords after a restart, and keeps the users that were added meanwhile', async () => {
    const control = new BrokerControl(await connect('account'))
    await new Devices(control, 'causeway').put(
      { principal: DEVICE.username, groups: [] },
      DEVICE.password,
      new AccessTable(),
    )
    await stopBroker()
    await writeUsers(['ingest', 'bridge', 'account'], (name) => `new-${name}`)
    await startBroker(Number(new URL(url).port))
    await expect(connect('ingest')).rejects.toThrow(/not authorized/i)
    await connect('ingest', 'new-ingest')
    await new Promise((resolve, reject) => {
      const device = mqtt.connect(url, { ...DEVICE, ca, reconnectPeriod: 0 })
      clients.push(device)
      device.on('connect', resolve).on('error', reject)
    })
  })
})

describeUnless(toolsLack)('the broker’s pod', () => {
  test('mounts files that only its group can read', async () => {
    const set = named(await renderChart('everything'), 'StatefulSet', 'causeway-relay-mosquitto')
    const { spec } = podOf(set)
    expect(spec['securityContext']).toMatchObject({ runAsGroup: 1883, fsGroup: 1883 })
    interface Volume {
      name: string
      configMap?: { defaultMode?: number }
      secret?: { defaultMode?: number }
    }
    const volumes = get<Volume[]>(spec, 'volumes')
    expect(volumes.map(({ name }) => name)).toEqual(['config', 'tls'])
    const modes = volumes.map(({ configMap, secret }) => (configMap ?? secret)?.defaultMode)
    // Written in decimal: only some readers of YAML take a leading zero for octal.
    expect(modes).toEqual([0o440, 0o440])
  })
})
