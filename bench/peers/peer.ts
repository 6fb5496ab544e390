import type { ChildSpec } from '../../stack/child.ts'
import { serverEnv } from '../../stack/server.ts'
import { HttpPublisher, type HttpPublisherOptions } from '../httpPublisher.ts'
import { Messages } from '../messages.ts'
import type { Publisher } from '../publisher.ts'

/** How the process of a peer is run; `env` is what it gets of our environment. */
export function peerSpec(
  peer: Pick<ChildSpec, 'name' | 'command' | 'probe'> & { env?: NodeJS.ProcessEnv },
): ChildSpec {
  return {
    role: 'gateway',
    env: serverEnv(),
    ...peer,
    cwd: '/',
    readyWithin: 15_000,
    stopSignal: 'SIGTERM',
    stopWithin: 5_000,
  }
}

/** How messages of the one channel that a peer has are posted to it: `body` makes a request's body of a message. */
export interface LobbyOptions extends Pick<HttpPublisherOptions, 'contentType' | 'batch'> {
  port: number
  path: string
  body: (json: string) => string
}

/** Posts to a peer over one connection that stays open. */
export function openLobby({ path, body, ...options }: LobbyOptions): Promise<Publisher> {
  const messages = new Messages(['lobby'], 0)
  return HttpPublisher.open({
    ...options,
    path: () => path,
    body: (sentAt) => body(messages.next(sentAt).json),
    connections: 1,
  })
}
