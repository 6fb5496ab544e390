import { setTimeout as sleep } from 'node:timers/promises'
import { identityOf } from './identity.ts'

/**
 * Signals a child's whole process group. Every child leads a group of its own: Ctrl-C at the terminal then reaches the runner
 * alone, which stops the rest in order, and what a killed child leaves behind (nginx's workers keep the port) ends with it.
 * @returns whether anyone was there to get it
 */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal)
  } catch {
    return false
  }
}

/** Ends a process that is not ours to wait for, with its group: politely, then after `within` milliseconds for certain. */
export async function endProcess(pid: number, identity: string, within: number): Promise<void> {
  const deadline = Date.now() + within
  signalGroup(pid, 'SIGINT')
  while (identityOf(pid) === identity && Date.now() < deadline) await sleep(20)
  signalGroup(pid, 'SIGKILL')
  const collected = Date.now() + within
  while (identityOf(pid) === identity && Date.now() < collected) await sleep(20)
}
