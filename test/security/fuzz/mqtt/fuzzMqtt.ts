import { randomBytes } from 'node:crypto'
import type { Stack } from '../../../../stack/stack.ts'
import { count, type FuzzResult } from '../fuzz.ts'
import { AT_ONCE, inParts, randomFor } from '../inParts.ts'
import { talkFault } from './judge.ts'
import { randomSession } from './randomSession.ts'
import { talk } from './talk.ts'
import { Watch } from './watch.ts'

const named = (kind: string): string[] =>
  Array.from({ length: AT_ONCE }, (_, at) => `device:${kind}-${at}`)

/**
 * Opens random connections to a stack's broker, as devices with some rights and as devices without any, and judges what comes back and
 * what the broker lets through. The same seed and number send the same bytes, but for the password.
 */
export async function fuzzMqtt(stack: Stack, sessions: number, seed: number): Promise<FuzzResult> {
  const password = randomBytes(16).toString('hex')
  const [may, none] = [named('may'), named('none')]
  const counts: FuzzResult['counts'] = new Map()
  const faults: FuzzResult['faults'] = []
  const watch = await Watch.open(stack, { may, none, password })
  const url = new URL(stack.mqttUrl)
  const samples = await inParts(stack, sessions, async (number) => {
    const userOf = (names: string[]) => ({ name: names[number % AT_ONCE] ?? '', password })
    const users = { device: userOf(may), none: userOf(none) }
    const session = randomSession(randomFor(seed, number), users)
    const talked = await talk(url, session)
    count(counts, `mqtt ${session.who} sessions`)
    if (talked.answers.length === 0) count(counts, `mqtt ${session.who} closed`)
    for (const { type, reasons } of talked.answers) {
      const words = reasons.length === 0 ? [type] : reasons.map((reason) => `${type} ${reason}`)
      for (const each of words) count(counts, `mqtt ${session.who} ${each}`)
    }
    const fault = talkFault(session, talked)
    const bytes = session.bytes.toString('latin1')
    if (fault !== undefined) faults.push({ number, fault, door: `mqtt ${session.who}`, bytes })
  })
  await watch.close()
  faults.push(...watch.faults.map((fault) => ({ number: -1, fault, door: 'mqtt', bytes: '' })))
  counts.set('mqtt stored messages', watch.stored)
  return { counts, faults, samples }
}
