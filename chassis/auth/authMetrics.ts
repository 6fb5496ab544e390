import { Gauge, type Registry } from 'prom-client'
import { createPrimedCounter } from '../primedCounter.ts'
import type { Access } from './access.ts'
import { TOKEN_OUTCOMES, type TokenOutcome } from './tokenProblem.ts'

/** Returns what counts tokens by what became of them. */
export function createAuthMetrics(
  registry: Registry,
  access: Pick<Access, 'age' | 'rows'>,
): (outcome: TokenOutcome) => void {
  const registers = [registry]
  const tokens = createPrimedCounter(registry, {
    name: 'causeway_tokens_total',
    help: 'Access tokens: verified (once per token and process), or the reason of their refusal',
    label: 'outcome',
    values: TOKEN_OUTCOMES,
  })
  void new Gauge({
    name: 'causeway_access_age_seconds',
    help: 'Time since the table of grants and revocations was last read; nobody new comes in above 30',
    registers,
    collect() {
      this.set(access.age / 1_000)
    },
  })
  void new Gauge({
    name: 'causeway_access_rows',
    help: 'Grants and revocations in memory; each takes 300 to 700 bytes',
    registers,
    collect() {
      this.set(access.rows)
    },
  })
  return (outcome) => tokens.inc({ outcome })
}
