import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Stack } from '../../stack/stack.ts'
import { testStack } from '../support/testStack.ts'
import { Testbed } from './testbed.ts'
import { CLIENTS } from './catalog.ts'
import { COLUMNS } from './columns.ts'
import { tryColumn } from './trial.ts'

/** The project's own packages: one that follows the standard, and the two that lost most. `npm run test:clients` tests all clients. */
const OURS = new Set(['eventsource', 'eventsource-2', 'fetch-event-source'])
const clients = CLIENTS.filter(({ language, file }) => language === 'npm' && OURS.has(file))

let stack: Stack
let testbed: Testbed

beforeAll(async () => {
  stack = await testStack()
  testbed = await Testbed.prepare(stack, clients, {})
  await testbed.start()
}, 120_000)

afterAll(async () => {
  await testbed?.close()
  await stack?.stop()
}, 60_000)

describe('clients by other authors', () => {
  test.each(COLUMNS.filter(({ isQuiet }) => isQuiet !== true))(
    'every client gets each message once, in order and unaltered: $about',
    async (column) => {
      const cells = await tryColumn(testbed, column)
      const faulty = cells.filter(({ faults }) => faults.length > 0)
      expect(cells).toHaveLength(OURS.size)
      expect(faulty.map(({ client, faults }) => `${client.file}: ${faults.join(', ')}`)).toEqual([])
    },
    180_000,
  )
})
