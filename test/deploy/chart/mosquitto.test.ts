import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import mqtt, { type MqttClient } from 'mqtt'
import { commandAs, ownFolder } from '../../../stack/account.ts'
import { freePort } from '../../../stack/ports.ts'
import { waitForTcp } from '../../../stack/probes.ts'
import { waitFor } from '../../support/waitFor.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { makeCertificate } from '../tls/certificate.ts'
import { programLack, run, toolsLack } from '../tools/tools.ts'
import { get, named, podOf, renderChart } from './render.ts'

const lack =
  toolsLack ?? programLack('mosquitto') ?? programLack('mosquitto_passwd') ?? programLack('openssl')
let dir: string
let broker: ChildProcess
let url: string
let ca: Buffer
const clients: MqttClient[] = []

/** mosquitto.conf and the access list as the chart renders them, with this machine's paths. */
beforeAll(async () => {
  if (lack !== undefined) return
  dir = mkdtempSync(join(tmpdir(), 'causeway-mosquitto-'))
  for (const folder of ['config', 'secret', 'tls', 'data']) mkdirSync(join(dir, folder))
  const data = get<Record<string, string>>(
    named(await renderChart('everything'), 'ConfigMap', 'causeway-relay-mosquitto'),
    'data',
  )
  const port = await freePort()
  const text = (data['mosquitto.conf'] ?? '')
    .replaceAll('/etc/causeway/', `${dir}/`)
    .replace('/var/lib/causeway', join(dir, 'data'))
    .replace('listener 8883 0.0.0.0', `listener ${port} 127.0.0.1`)
  writeFileSync(join(dir, 'mosquitto.conf'), text)
  writeFileSync(join(dir, 'config/acl'), data['acl'] ?? '')
  const passwords = join(dir, 'secret/passwd')
  writeFileSync(passwords, '')
  for (const user of ['ingest', 'bridge', 'device']) {
    run('mosquitto_passwd', ['-b', passwords, user, `pw-${user}`])
  }
  const certificate = makeCertificate(join(dir, 'tls/tls'), 'IP:127.0.0.1')
  const account = ownFolder(dir)
  const conf = ['-c', join(dir, 'mosquitto.conf')]
  const { command, args, ...as } = commandAs(account, 'mosquitto', conf, { files: [passwords] })
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
  url = `mqtts://127.0.0.1:${port}`
  ca = certificate.cert
})

afterAll(async () => {
  if (lack !== undefined) return
  for (const client of clients) client.end(true)
  broker.kill('SIGTERM')
  await once(broker, 'exit')
  rmSync(dir, { recursive: true, force: true })
})

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
    const [ingest, bridge, device] = [
      await connect('ingest'),
      await connect('bridge'),
      await connect('device'),
    ]
    await bridge.subscribeAsync('causeway/channels/#', { qos: 1 })
    const heard = new Promise<string>((resolve) =>
      bridge.once('message', (_, payload) => resolve(String(payload))),
    )
    for (const forger of [bridge, device]) {
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

  test('takes a new password and a new certificate at a SIGHUP, and disconnects nobody else', async () => {
    const [ingest, bridge] = [await connect('ingest'), await connect('bridge')]
    run('mosquitto_passwd', ['-b', join(dir, 'secret/passwd'), 'bridge', 'another'])
    const old = ca
    ca = makeCertificate(join(dir, 'tls/tls'), 'IP:127.0.0.1').cert
    ownFolder(dir)
    await expect(connect('device')).rejects.toThrow(/certificate/)
    broker.kill('SIGHUP')
    await waitFor(async () => connect('bridge', 'another').then(Boolean, () => false))
    await expect(connect('bridge')).rejects.toThrow(/not authorized/i)
    ca = old
    await expect(connect('device')).rejects.toThrow(/certificate/)
    expect([ingest.connected, bridge.connected]).toEqual([true, false])
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
    expect(volumes.map(({ name }) => name)).toEqual(['config', 'secret', 'tls'])
    const modes = volumes.map(({ configMap, secret }) => (configMap ?? secret)?.defaultMode)
    // Written in decimal: only some readers of YAML take a leading zero for octal.
    expect(modes).toEqual([0o440, 0o440, 0o440])
  })
})
