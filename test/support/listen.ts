import { expect } from '@jest/globals'
import type { Opened } from './disposables.ts'
import { RawReader } from './rawReader.ts'
import type { StreamServer } from './streamServer.ts'
import { waitFor } from './waitFor.ts'

/** A stream after its `ready` event. */
export async function listen(
  opened: Opened,
  server: StreamServer,
  query: string,
  headers: Record<string, string | undefined> = {},
): Promise<RawReader> {
  const reader = new RawReader(`${server.origin}/events?${query}`, headers)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => reader.events.length > 0)
  expect(reader.events[0]?.event).toBe('ready')
  return reader
}

/** Checks that nothing is held for any stream: no connection, no subscription, no admission. */
export async function expectNothingHeld(server: StreamServer): Promise<void> {
  await waitFor(() => server.connections.size === 0 && server.hub.joining.size === 0)
  // The test's server admits one stream at most.
  const one = { address: '127.0.0.1', principal: undefined, channels: 1 }
  await waitFor(() => {
    const place = server.admission.admit(one, 0, performance.now())
    if (typeof place === 'string') return false
    server.admission.release(place)
    return true
  })
  for (const name of server.hub.channels.names()) {
    expect(server.hub.channels.get(name)?.subscriptions.size).toBe(0)
  }
}
