import { beforeAll, beforeEach, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { TestOutbox } from '../test/support/testOutbox.ts'

const opened = disposables()
let outbox: TestOutbox

beforeAll(async () => {
  outbox = await TestOutbox.open(opened, await testDatabase())
})

beforeEach(() => outbox.empty())

/** Publishes several messages in one statement, which may take only so long. */
const publishMany = (count: number): Promise<unknown> =>
  outbox.sql(
    `select count(causeway_publish('a', '1', sender => 'service:shop')) from generate_series(1, $1::int)`,
    count,
  )

test('An empty outbox has nothing that waits, and nothing old', async () => {
  expect(await outbox.log.outbox()).toEqual({ waiting: 0, refused: 0, oldestSeconds: 0 })
})

test('The age of an outbox is that of the first message that is to be moved', async () => {
  await publishMany(3)
  // A UUID v7 begins with its time: the first message was refused, the second is of 1970.
  await outbox.sql(`update "outbox" o set "refused" = case "nth" when 1 then '22P02' end, "message_id" = case "nth"
      when 2 then '00000000-0000-7000-8000-000000000000' else "message_id" end
    from (select "id", row_number() over (order by "id") as "nth" from "outbox") n where n."id" = o."id"`)
  const { oldestSeconds, ...counts } = await outbox.log.outbox()
  expect(counts).toEqual({ waiting: 2, refused: 1 })
  expect(Math.abs(oldestSeconds - Date.now() / 1_000)).toBeLessThan(60)
})

test('An outbox is counted up to ten thousand, however many there are', async () => {
  for (let count = 0; count < 10_100; count += 1_010) await publishMany(1_010)
  expect(await outbox.log.outbox()).toMatchObject({ waiting: 10_000, refused: 0 })
})
