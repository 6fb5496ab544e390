import { expect, test } from '@jest/globals'
import { toEntry } from './row.ts'

const ROW = {
  position: '7',
  previous: '0',
  id: '01a1d621-4c06-719a-a057-d1c900d10b17',
  channel: 'lobby',
  type: 'message',
  sender_id: 'user:ada',
  sender_name: 'Ada',
  data: '{}',
  about: null,
  about_as: null,
  deleted: false,
}
const sentAt = (time: Date | string): string =>
  JSON.parse(toEntry({ ...ROW, sent_at: time }).json).sentAt

test.each([
  '2026-11-27T08:34:00.000Z',
  '2026-11-27T23:59:59.999Z',
  '2026-02-01T00:00:00.010Z',
  '1999-12-31T12:00:00.100Z',
  '1969-07-20T20:17:40.001Z',
])('a message was sent at %s, however the database tells it', (time) => {
  const [day = '', clock = ''] = time.slice(0, -1).split('T')
  // Postgres leaves out zeros at the end of a fraction.
  const short = clock.replace(/\.?0+$/, '')
  const told = [
    `${day} ${clock}+00`,
    `${day}T${clock}+00:00`,
    `${day} ${short}+00`,
    `${day}T${short}+00:00`,
    `${day} ${clock}987+00`,
  ]
  expect([new Date(time), ...told, time].map(sentAt)).toEqual(Array(7).fill(time))
})
