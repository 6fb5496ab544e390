import { Causeway } from './causeway.ts'
import { fakeTime } from './fakeTimeFixture.ts'
import { settled } from './fetchFixture.ts'
import { Stream } from './stream.ts'

export const BASE = 'https://chat.example/sub/'

/** A stream whose answers the test gives; `events` has what its handlers were told. */
export function openStream(
  channels = ['lobby'],
  since = '4',
  causeway = new Causeway({ base: BASE }),
) {
  const events: string[] = []
  const stream = new Stream(
    causeway,
    { channels, since },
    {
      message: ({ position }) => events.push(`m${position}`),
      gap: ({ after, before }) => events.push(`gap ${after}..${before}`),
      reset: ({ reason }) => events.push(`reset ${reason}`),
      connection: (connection) => {
        const { is, reason } = { reason: undefined, ...connection }
        events.push(reason === undefined ? is : `${is} ${reason}`)
      },
    },
  )
  return { stream, events }
}

/** For all tests of a file: streams in a time of their own, which are closed after each test. */
export function fakeStreams() {
  const time = fakeTime()
  const open = (...given: Parameters<typeof openStream>) => {
    const opened = openStream(...given)
    time.endLater(() => opened.stream.close())
    return opened
  }
  /** A stream that is live. */
  const live = async () => {
    const opened = open()
    time.newest().ready(4)
    await settled()
    return opened
  }
  return { ...time, open, live }
}
