import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createEndedEpochs } from './endedEpochs.ts'

test('each epoch that a process ends is counted and logged as an error, with its place', async () => {
  const registry = new Registry()
  const lines: unknown[] = []
  const write = (line: string): void => void lines.push(JSON.parse(line))
  const onEpochEnded = createEndedEpochs(registry, pino({}, { write }))
  const count = async (): Promise<unknown> =>
    (await registry.getSingleMetric('causeway_epochs_ended_total')?.get())?.values[0]?.value
  expect(await count()).toBe(0)
  onEpochEnded('e1', { position: 7, id: 'x' })
  expect([await count(), lines]).toMatchObject([
    1,
    [
      {
        level: 50,
        epoch: 'e1',
        position: 7,
        id: 'x',
        msg: 'the log went back; its epoch was ended',
      },
    ],
  ])
})
