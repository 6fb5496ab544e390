import { beforeAll, expect, test } from '@jest/globals'
import { disposables } from '../support/disposables.ts'
import type { Door } from './doors.ts'
import { openDoors } from './openDoors.ts'
import { RawConnection } from './rawHttp.ts'
import { CHUNKED, post } from './requests.ts'
import { isSafeProblem } from './safeProblem.ts'

const opened = disposables()
let origins: Record<Door, string>

beforeAll(async () => {
  origins = (await openDoors(opened)).origins
}, 60_000)

const SLOW: [Door, string, string, string][] = [
  ['edge', 'a length', post(['Content-Length: 60000'], ''), ' '],
  ['edge', 'chunks', post([CHUNKED], ''), '1\r\n \r\n'],
  ['ingest', 'a length', post(['Content-Length: 60000'], ''), ' '],
  ['ingest', 'chunks', post([CHUNKED], ''), '1\r\n \r\n'],
]

test.concurrent.each(SLOW)(
  'At the %s, a body with %s that comes byte by byte is ended, with a problem that invites to try again',
  async (door, _frame, head, drip) => {
    const connection = new RawConnection(origins[door])
    opened.add(() => connection.close())
    connection.write(head)
    const dripping = setInterval(() => connection.write(drip), 1_000)
    opened.add(() => clearInterval(dripping))
    const answer = await connection.next('POST', 50_000)
    clearInterval(dripping)
    expect([answer?.status, answer && isSafeProblem(answer)]).toEqual([408, true])
    expect(await connection.next('GET', 50_000)).toBeUndefined()
  },
  110_000,
)
