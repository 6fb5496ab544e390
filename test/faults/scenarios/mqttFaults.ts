import { readFileSync, writeFileSync } from 'node:fs'
import mqtt from 'mqtt'
import { join } from 'node:path'
import { channelTopic } from '../../../contract/channel.ts'
import { readHead } from '../rig/database.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { breakLinks, killFor } from './actions.ts'

export const mqttFaults: Scenario[] = [
  {
    id: 'F5',
    title: 'the MQTT broker killed, down for 6 s',
    run: (scene) => killFor(scene, ['mosquitto'], 6),
  },
  {
    id: 'F6',
    title: 'all links to the MQTT broker black-holed for 10 s',
    run: (scene) => breakLinks(scene, />mqtt$/, { kind: 'blackhole' }, 10),
  },
  {
    id: 'F7',
    title: 'the MQTT broker refuses every client for 6 s',
    run: async (scene) => {
      const broker = scene.rig.child('mosquitto')
      const config = join(scene.rig.stack.dir, 'mosquitto', 'mosquitto.conf')
      const text = readFileSync(config, 'utf8')
      // Like a broker with the wrong password file: it runs, and refuses.
      writeFileSync(config, text.replace('allow_anonymous true', 'allow_anonymous false'))
      await killFor(scene, ['mosquitto'], 0)
      await scene.seconds(6)
      await broker.stop()
      writeFileSync(config, text)
      await broker.start()
    },
  },
  {
    id: 'F8',
    title: 'rubbish on the topics of channels, and posts to invalid channel names',
    run: async (scene) => {
      await publishRubbish(scene)
      await postToNoChannels(scene)
      await scene.seconds(2)
    },
  },
]

async function publishRubbish({ rig, channels }: Scene): Promise<void> {
  const { epoch, position } = await readHead(rig.databaseUrl)
  const topic = channelTopic('causeway', channels[0] ?? '')
  const payloads = [
    '',
    'not JSON',
    '{"position":1}',
    message(1, 0),
    message(0, 0),
    // Far beyond the head: announced, but not in the log.
    message(position + 1_000_000, position),
    message(Number.MAX_SAFE_INTEGER, 1),
    message(position, position + 5),
    `${message(position + 900_000, 1)}\n\ndata: injected`,
    'x'.repeat(1_000_000),
  ]
  const client = await mqtt.connectAsync(rig.stack.mqttUrl, { protocolVersion: 5 })
  for (const payload of payloads) {
    for (const name of [epoch, 'other', '']) {
      const properties = { userProperties: { epoch: name } }
      await client.publishAsync(topic, payload, { qos: 1, properties })
    }
    await client.publishAsync('causeway/channels/a.b/c', payload, { qos: 1 })
  }
  await client.endAsync()
}

async function postToNoChannels({ rig, expect }: Scene): Promise<void> {
  const names = ['a+b', 'a%23', '%2F', '%00', '%24SYS', 'a..b', '.', 'ü', 'x'.repeat(129), '%E0']
  for (const name of names) {
    const response = await fetch(`${rig.edge}/channels/${name}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"data":1}',
    })
    await response.body?.cancel()
    const isRefused = response.status >= 400 && response.status < 500
    expect(isRefused, `a post to ${name} was answered ${response.status}`)
  }
}

/** The beginning of a message: a service reads no more of it. */
function message(position: number, previous: number): string {
  const id = '00000000-0000-7000-8000-000000000000'
  return `{"position":${position},"previous":${previous},"id":"${id}","channel":"x"}`
}
