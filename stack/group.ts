import { setTimeout as sleep } from 'node:timers/promises'
import { identityOf } from './identity.ts'

/**
 * Signals a child's whole process group. Every child leads its own group, for two reasons: Ctrl-C at the terminal reaches only
 * the runner, which stops the children in order; and what a killed child leaves (nginx's workers keep the port) ends with it.
 * @returns whether the group existed
 */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal)
  } catch {
    return false
  }
}

/** Ends another process's child and its group: by SIGINT, and by SIGKILL after `within` milliseconds. */
export async function endProcess(pid: number, identity: string, within: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    signalGroup(pid, signal)
    const deadline = Date.now() + within
    while (identityOf(pid) === identity && Date.now() < deadline) await sleep(20)
  }
}
