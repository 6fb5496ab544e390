import { test } from '@jest/globals'
import { runSchedule } from './run.ts'
test('x', () => {
  const out: string[] = []
  let seed = 1
  const t = Date.now()
  for (; seed <= 9000 && out.length < 5 && Date.now() - t < 280000; seed++) {
    const broke = runSchedule(seed)
    if (broke.length > 0) out.push(`${seed} ${broke[0]}`)
  }
  process.stdout.write(`${seed}\n${out.join('\n')}\n`)
}, 600000)
