import type { Stack } from '../../stack/stack.ts'
import { type Answer, RawConnection } from './rawHttp.ts'

/** Where a request can come in: through nginx, or straight to a service, as from inside the network. */
export const DOORS = ['edge', 'ingest', 'gateway'] as const
export type Door = (typeof DOORS)[number]

/** The origin of each door of a stack: of several services, the first. */
export function originsOf({ origin, processes }: Stack): Record<Door, string> {
  const urlOf = (role: string) => processes.find((each) => each.role === role)?.url ?? `no ${role}`
  return { edge: origin, ingest: urlOf('ingest'), gateway: urlOf('gateway') }
}

const PROBE =
  'GET /history?channel=probe HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: probe\r\n\r\n'

/**
 * Sends bytes and, right behind them, an ordinary request: what the bytes hide would be answered before it. Returns all answers, the
 * probe's too if the connection lasted so long.
 */
export async function converse(origin: string, bytes: string): Promise<Answer[]> {
  const connection = new RawConnection(origin)
  try {
    connection.write(bytes + PROBE)
    const answers: Answer[] = []
    for (;;) {
      const answer = await connection.next()
      if (answer === undefined) return answers
      answers.push(answer)
      const isStream = answer.headers.get('content-type') === 'text/event-stream'
      if (isStream || answer.headers.get('x-request-id') === 'probe') return answers
    }
  } finally {
    connection.close()
  }
}

/** The statuses of answers in turn, with `probe` for that of the probe: "201 probe". */
export function told(answers: readonly Answer[]): string {
  return answers
    .map(({ status, headers }) => (headers.get('x-request-id') === 'probe' ? 'probe' : status))
    .join(' ')
}
