import { expect, test } from '@jest/globals'
import { describeUnless } from '../../../support/describeUnless.ts'
import { disposables } from '../../../support/disposables.ts'
import { testStack } from '../../../support/testStack.ts'
import { growth } from '../footprint.ts'
import { readAnswers } from './answers.ts'
import { fuzzMqtt } from './fuzzMqtt.ts'
import { acceptedFault, talkFault } from './judge.ts'
import { byte, number16, packet, text } from './wire.ts'

const opened = disposables()
const SESSIONS = 1_500

const lack = process.platform === 'linux' ? undefined : 'processes are measured on Linux only'
describeUnless(lack)('random MQTT', () => {
  test('lets nobody send or hear what is not permitted, and leaves no process larger', async () => {
    const stack = await testStack({ ownServers: true, mqttPrefix: 'causeway', gateways: 1 })
    opened.add(() => stack.stop())
    const seed = Math.floor(Math.random() * 1_000_000_000)
    process.stderr.write(`the seed is ${seed}\n`)
    const { counts, faults, samples } = await fuzzMqtt(stack, SESSIONS, seed)
    expect(faults).toEqual([])
    expect(growth(samples)).toEqual([])
    // All kinds of answers, or they never came far.
    const kinds = ['connack 0', 'suback 135', 'puback 135', 'pingresp', 'disconnect 130']
    const all = ['device', 'none'].flatMap((who) => kinds.map((kind) => `mqtt ${who} ${kind}`))
    const rights = ['mqtt device suback 0', 'mqtt device publish', 'mqtt device puback 0']
    expect([...counts.keys()]).toEqual(expect.arrayContaining([...all, ...rights]))
  }, 120_000)
})

const suback = (...reasons: number[]) => ({ type: 'suback' as const, reasons })
const puback = (reason: number) => ({ type: 'puback' as const, reasons: [reason] })
const heard = (topic: string) => ({ type: 'publish' as const, reasons: [], topic })

test.each([
  ['a hang', 'device', { answers: [], isHang: true }],
  [
    'a topic of others',
    'device',
    { answers: [heard('causeway/channels/secret/a')], isHang: false },
  ],
  [
    'a topic of the prefix',
    'device',
    { answers: [heard('causeway/channels/fuzz')], isHang: false },
  ],
  ['a message for nobody', 'none', { answers: [heard('causeway/channels/fuzz/a')], isHang: false }],
  ['a right to listen for nobody', 'none', { answers: [suback(135, 1)], isHang: false }],
  ['a right to send for nobody', 'none', { answers: [puback(16)], isHang: false }],
] as const)('The judge of random MQTT finds %s', (_what, who, talk) => {
  const answers = talk.answers.map((each) => ({ ...each, reasons: [...each.reasons] }))
  expect(talkFault({ who, level: 5 }, { ...talk, answers })).toBeDefined()
})

test('The judge of random MQTT allows what a device may', () => {
  const answers = [suback(1), heard('causeway/channels/fuzz/a')]
  expect(talkFault({ who: 'device', level: 5 }, { answers, isHang: false })).toBeUndefined()
  expect(
    talkFault({ who: 'none', level: 4 }, { answers: [suback(135), puback(135)], isHang: false }),
  ).toBeUndefined()
  expect(acceptedFault('causeway/publish-as/device:may-3/fuzz/a')).toBeUndefined()
  expect(acceptedFault('causeway/publish-as/device:none-3/fuzz/a')).toBeDefined()
  expect(acceptedFault('causeway/publish-as/device:may-3/secret')).toBeDefined()
  expect(acceptedFault('causeway/publish/fuzz/a')).toBeDefined()
  expect(acceptedFault('causeway/channels/fuzz/b')).toBeDefined()
})

test('Answers of both versions of MQTT are read, and half a packet is not', () => {
  const topic = text('a/b')
  const bytes = Buffer.concat([
    packet('connack', 0, byte(0), byte(135), byte(0)),
    packet('suback', 0, number16(1), byte(3), Buffer.from('abc'), byte(1), byte(135)),
    packet('publish', 0, topic, byte(0), Buffer.alloc(200)),
    packet('disconnect', 0, byte(130)),
  ])
  const answers = [
    { type: 'connack', reasons: [135] },
    { type: 'suback', reasons: [1, 135] },
    { type: 'publish', reasons: [], topic: 'a/b' },
    { type: 'disconnect', reasons: [130] },
  ]
  expect(readAnswers(bytes, true)).toEqual(answers)
  expect(readAnswers(bytes.subarray(0, -1), true)).toEqual(answers.slice(0, 3))
  const old = packet('suback', 0, number16(1), byte(0), byte(128))
  expect(readAnswers(old, false)).toEqual([{ type: 'suback', reasons: [0, 128] }])
})
