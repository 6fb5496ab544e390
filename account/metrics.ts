import { Gauge, type Registry } from 'prom-client'
import type { SigningKeys } from './signingKeys.ts'

/** Sign-ins are among the requests, by their routes. */
export function createAccountMetrics(
  registry: Registry,
  keys: Pick<SigningKeys, 'lifeLeft'>,
): void {
  void new Gauge({
    name: 'causeway_account_signing_key_life_seconds',
    help: 'Time for which the newest signing key still signs; below zero the next one is overdue. NaN: none was read yet',
    registers: [registry],
    collect() {
      this.set((keys.lifeLeft(Date.now()) ?? NaN) / 1_000)
    },
  })
}
