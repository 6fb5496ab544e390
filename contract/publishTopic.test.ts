import { describe, expect, test } from '@jest/globals'
import { readPublishTopic } from './publishTopic.ts'

const read = (topic: string) => readPublishTopic('causeway', topic)

describe('a topic for posts', () => {
  test.each([
    ['causeway/publish-as/device:t1/rooms/a', 'device:t1', 'rooms.a'],
    ['causeway/publish-as/service:a@example.org/x', 'service:a@example.org', 'x'],
    // What the broker lets a principal write is below its own name, so another's segment in the channel does not matter.
    ['causeway/publish-as/device:t1/in/device-t2', 'device:t1', 'in.device-t2'],
    ['causeway/publish/in/device-t1', 'device:t1', 'in.device-t1'],
    ['causeway/publish/device-a-b/x', 'device:a-b', 'device-a-b.x'],
  ])('%s is from %s to %s', (topic, principal, channel) => {
    expect(read(topic)).toEqual({ principal, channel })
  })

  test.each(['', '/', '/a.b/c', `/${'x'.repeat(129)}`])(
    'names a sender, who is to hear that %j is no channel',
    (path) => {
      const principal = 'device:t1'
      expect(read(`causeway/publish-as/device:t1${path}`)).toEqual({
        principal,
        channel: undefined,
      })
    },
  )

  test.each([
    'causeway/publish/rooms/a',
    'causeway/publish/device-t1/device-t2',
    'causeway/publish/device-t1/user-a',
    'causeway/publish/device:t1/a',
    'causeway/publish/in/device-',
    'causeway/publish/a.b/device-t1',
    'causeway/publish//device-t1',
    'causeway/publish',
    'causeway/publish-as/t1/a',
    'causeway/publish-as/robot:t1/a',
    `causeway/publish-as/device:${'x'.repeat(65)}/a`,
    'causeway/channels/in/device-t1',
    'other/publish/in/device-t1',
  ])('%s stands for nothing', (topic) => {
    expect(read(topic)).toBeUndefined()
  })
})
