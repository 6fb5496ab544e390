import { Gauge, type Registry } from 'prom-client'
import { createPrimedCounter } from '../chassis/primedCounter.ts'
import type { SigningKeys } from './signingKeys.ts'

/** How a session began, or did not. */
const SIGN_INS = { password: 0, passkey: 0, invitation: 0, guest: 0, provider: 0, refused: 0 }
export type SignInOutcome = keyof typeof SIGN_INS

export function createAccountMetrics(registry: Registry) {
  return {
    signIns: createPrimedCounter(registry, {
      name: 'causeway_sign_ins_total',
      help: 'Sign-ins by password, passkey, invitation, as guest or by an identity provider; refused: a wrong name, password or passkey, or a ban',
      label: 'outcome',
      values: SIGN_INS,
    }),
    tokens: createPrimedCounter(registry, {
      name: 'causeway_tokens_issued_total',
      help: 'Access tokens issued for sessions and for API keys; refused: for a session that is over, or a wrong key',
      label: 'outcome',
      values: { session: 0, key: 0, refused: 0 },
    }),
  }
}

export type AccountMetrics = ReturnType<typeof createAccountMetrics>

export function createSigningKeyMetrics(
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
