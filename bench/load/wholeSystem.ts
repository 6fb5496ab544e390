import type { Testbed } from '../testbed.ts'
import { HttpPublisher } from './httpPublisher.ts'
import type { LoadClient } from './loadClient.ts'
import { dataOf } from './messages.ts'

/** Each has an equal part of the streams. */
export const CHANNELS = 50

/** Streams through the edge of a whole system, which come back when they end. */
export function openStreams(testbed: Testbed, port: number, streams: number): LoadClient {
  return testbed.load({
    port,
    streams,
    path: '/events?channel=bench.{n}',
    channels: CHANNELS,
    receivers: streams / CHANNELS,
    resume: true,
    readyEvent: true,
  })
}

/** Posts to these channels in turn. */
export function openPosts(port: number, connections: number): Promise<HttpPublisher> {
  return HttpPublisher.open({
    port,
    path: (at) => `/channels/bench.${at % CHANNELS}/messages`,
    body: (sentAt) => `{"data":${dataOf(sentAt)}}`,
    connections,
  })
}
