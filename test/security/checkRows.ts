import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../support/disposables.ts'
import { converse, type Door, told } from './doors.ts'
import { openDoors } from './openDoors.ts'
import { type Row, says } from './requests.ts'
import { isSafeProblem } from './safeProblem.ts'

/** Tests that each row is told what it says, on a stack of the test file, and that each refusal is a problem. Returns the doors. */
export function checkRows(parts: Record<string, Row[]>): Record<Door, string> {
  const opened = disposables()
  const origins = { edge: '', ingest: '', gateway: '' }
  beforeAll(async () => {
    Object.assign(origins, (await openDoors(opened)).origins)
  }, 60_000)

  describe.each(Object.entries(parts))('a request %s', (_part, rows) => {
    test.each(says(rows))(
      'with $what is told "$expected" at the $door, and hides no other',
      async ({ door, bytes, expected }) => {
        const answers = await converse(origins[door], bytes)
        expect(told(answers)).toBe(expected)
        expect(answers.filter((each) => each.status >= 400 && !isSafeProblem(each))).toEqual([])
        for (const { headers } of answers) {
          expect(headers.get('x-request-id')).not.toBe('hidden')
          expect(headers.has('x-evil')).toBe(false)
        }
      },
    )
  })
  return origins
}
