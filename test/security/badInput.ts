import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../support/disposables.ts'
import { openDoors } from './openDoors.ts'
import { type Answer, RawConnection } from './rawHttp.ts'
import { isSafeProblem } from './safeProblem.ts'

/**
 * What a caller can get wrong, one row each, through nginx. The numbers are those of the project's checklist of bad input: D1 posts,
 * D2 streams, D3 history, D6 the whole.
 */
export type Row = [number: string, what: string, bytes: string, told: string]

export const head = (line: string, ...lines: string[]) =>
  `${[`${line} HTTP/1.1`, 'Host: localhost', ...lines].join('\r\n')}\r\n\r\n`
export const post = (body: string, lines: string[] = [], channel = 'bad') =>
  head(
    `POST /channels/${channel}/messages`,
    ...(lines.some((each) => /^content-type/i.test(each))
      ? []
      : ['Content-Type: application/json']),
    ...lines,
    `Content-Length: ${body.length}`,
  ) + body

/** Tests that each row is told what it says. */
export function checkBadInput(parts: Record<string, Row[]>): void {
  const opened = disposables()
  let origin: string
  beforeAll(async () => {
    origin = (await openDoors(opened)).origins.edge
  }, 60_000)

  describe.each(Object.entries(parts))('bad input %s:', (_part, rows) => {
    test.each(rows)('%s %s', async (_number, _what, bytes, told) => {
      const connection = new RawConnection(origin)
      opened.add(() => connection.close())
      connection.write(bytes)
      const method = bytes.startsWith('HEAD') ? 'HEAD' : 'GET'
      const answer = await connection.next(method)
      connection.close()
      if (answer === undefined) throw new Error('no answer')
      expect(tellOf(answer)).toBe(told)
      expect(answer.status < 400 || isSafeProblem(answer)).toBe(true)
      expect(answer.headers.has('access-control-allow-origin')).toBe(false)
    })
  })
}

/** The status, and the slug of a problem or the first events of a stream. */
function tellOf({ status, headers, body }: Answer): string {
  if (headers.get('content-type') === 'text/event-stream') {
    return [status, ...[...body.matchAll(/^event:(\w+)/gm)].map(([, name]) => name)].join(' ')
  }
  const [, slug] = /"type":"\/problems\/([a-z-]+)"/.exec(body) ?? []
  return slug === undefined ? String(status) : `${status} ${slug}`
}
