import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createRefusedCopies } from './refusedCopies.ts'

test('Refused copies are all counted, and logged once for each source', async () => {
  const registry = new Registry()
  const lines: unknown[] = []
  const write = (line: string): void => {
    const { level, source }: { level: number; source: string } = JSON.parse(line)
    lines.push([level, source])
  }
  const refused = createRefusedCopies(registry, pino({}, { write }))
  const counts = async (): Promise<unknown> =>
    (await registry.getSingleMetric('causeway_refused_copies_total')?.get())?.values
  expect(await counts()).toMatchObject([{ value: 0 }, { value: 0 }])
  for (let count = 0; count < 1_000; count++) refused('redis')
  refused('mqtt')
  expect(lines).toEqual([
    [40, 'redis'],
    [40, 'mqtt'],
  ])
  expect(await counts()).toMatchObject([
    { value: 1, labels: { source: 'mqtt' } },
    { value: 1_000, labels: { source: 'redis' } },
  ])
})
