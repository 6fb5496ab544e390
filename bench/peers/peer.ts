import type { ChildSpec } from '../../stack/child.ts'
import { serverEnv } from '../../stack/server.ts'
import { HttpPublisher, type HttpPublisherOptions } from '../load/httpPublisher.ts'
import { Messages } from '../load/messages.ts'
import type { Publisher } from '../load/publisher.ts'

/** The process of a peer; `env` is its whole environment. */
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

/** How to post messages of a peer's one channel: `body` turns a message into the body of a request. */
interface LobbyOptions extends Pick<HttpPublisherOptions, 'contentType' | 'batch'> {
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
