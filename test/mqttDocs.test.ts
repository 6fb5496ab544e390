import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { z } from 'zod'
import { BrokerControl } from '../chassis/broker/control.ts'
import { Devices } from '../chassis/broker/devices.ts'
import { createLogger } from '../chassis/logger.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { ROOT } from '../stack/root.ts'
import type { Stack } from '../stack/stack.ts'
import { ChatPage, launchChromium } from './chatPage.ts'
import { grant, rightsOf } from './support/accessRows.ts'
import { trusting } from './support/authority.ts'
import { describeUnless } from './support/describeUnless.ts'
import { disposables } from './support/disposables.ts'
import { lackOf } from './support/lackOf.ts'
import { PresentPerson } from './support/presentPerson.ts'
import { runProgram } from './support/runProgram.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const PAGE = readFileSync(join(ROOT, 'docs/mqtt.md'), 'utf8')
const PASSWORD = 'of a test'

const History = z.object({
  messages: z.array(z.object({ data: z.unknown(), sender: z.object({ id: z.string() }) })),
})

const opened = disposables()
let stack: Stack

beforeAll(async () => {
  stack = await testStack({ ownServers: true, redisPrefix: 'causeway', mqttPrefix: 'causeway' })
  const admin = connectMqtt(stack.mqttUrl, 'test', createLogger('test', 'silent'))
  opened.add(() => endMqtt(admin, 500))
  const rights = rightsOf(
    grant('device:thermo', 'in.{sub}', 'write'),
    grant('device:thermo', 'rooms.*', 'write'),
  )
  const devices = new Devices(new BrokerControl(admin), 'causeway')
  await devices.put({ principal: 'device:thermo', groups: [] }, PASSWORD, rights)
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

/** The code of the page in a language, block by block. */
const blocks = (language: string): string[] =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n(.+?)\\n\`\`\``, 'gs'))].map(
    ([, block = '']) => block,
  )

/** Runs a line of the page as its reader does, at the broker of the stack. */
async function run(line: string): Promise<string> {
  const { hostname, port } = new URL(stack.mqttUrl)
  const there = ['-h', hostname, '-p', port, ...trusting('--cafile')].join(' ')
  const command = line.replace('-h localhost -p 1883', there)
  const { code, output } = await runProgram('sh', ['-c', command], { PASSWORD })
  expect([code, code === 0 ? '' : output]).toEqual([0, ''])
  return output
}

async function dataOf(channel: string): Promise<unknown[]> {
  const answer = await fetch(`${stack.origin}/history?channel=${channel}`)
  const { messages } = History.parse(await answer.json())
  expect(messages.every(({ sender }) => sender.id === 'device:thermo')).toBe(true)
  return messages.map(({ data }) => data)
}

describeUnless(lackOf('mosquitto_pub', 'mosquitto_rr'))('The page on posts by MQTT', () => {
  test('has commands of MQTT 3.1.1 that post, and a browser shows what they posted', async () => {
    const browser = await launchChromium()
    opened.add(() => browser.close())
    const visitor = { origin: stack.origin, channel: 'rooms.berlin', name: 'Alice' }
    const chat = await ChatPage.enter(browser, visitor)
    const lines = blocks('sh')[0]?.split('\n') ?? []
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(await run(line)).toBe('')
    await waitFor(async () => (await dataOf('rooms.berlin')).length === 1)
    await waitFor(async () => (await dataOf('in.device-thermo')).length === 1)
    expect(await dataOf('rooms.berlin')).toEqual(['it is warm'])
    await chat.sees('it is warm')
    expect(await dataOf('in.device-thermo')).toEqual([{ celsius: 21.5 }])
  }, 60_000)

  test('has commands of MQTT 5 that print a receipt, the same message for a repeat, and a problem', async () => {
    const [posting = '', refused = ''] = blocks('sh')[1]?.split('\n') ?? []
    const receipt = JSON.parse(await run(posting))
    expect(receipt).toMatchObject({ status: 201, channel: 'in.device-thermo' })
    expect(JSON.parse(await run(posting))).toEqual({ ...receipt, status: 200 })
    expect(JSON.parse(await run(refused))).toMatchObject({
      status: 400,
      problem: { type: '/problems/malformed-json' },
    })
  })

  test('has a command that sends a signal, which a stream hears and nobody stores', async () => {
    const channel = 'in.device-thermo'
    const hearer = new PresentPerson(opened, { base: `${stack.origin}/`, id: 'alice', channel })
    await waitFor(() => hearer.isLive)
    const before = await dataOf(channel)
    // Until the gateway's subscription stands, signals are lost.
    await waitFor(async () => {
      expect(await run(blocks('sh')[2] ?? '')).toBe('')
      return hearer.signals.length > 0
    })
    expect(hearer.signals[0]).toMatchObject({
      type: 'state',
      sender: { id: 'device:thermo', name: 'thermo' },
      data: { warming: true },
    })
    expect(await dataOf(channel)).toEqual(before)
  }, 60_000)

  test('has a program of MQTT.js that prints the receipt', async () => {
    // In the repository, where the package is found.
    const file = join(ROOT, `.mqtt-${process.pid}.mjs`)
    opened.add(() => rm(file, { force: true }))
    await writeFile(file, blocks('js')[0] ?? '')
    const url = new URL(stack.mqttUrl)
    url.username = ''
    url.password = ''
    const { output } = await runProgram('node', [file], { MQTT_URL: url.href, PASSWORD })
    const [, id = '', answer = '{}'] = /^(\S+) (.*)\n$/.exec(output) ?? [output]
    expect([id, JSON.parse(answer)]).toEqual([
      'reading-18',
      expect.objectContaining({ status: 201, channel: 'in.device-thermo' }),
    ])
  })
})
