import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processTree } from './processTree.ts'

/** Short, so that a process that has used up its share waits only milliseconds. */
const PERIOD_US = 10_000
const ROOT = '/sys/fs/cgroup'

/**
 * A Linux control group: all processes in it together get no more than a share of one core. It shows many small gateways on a machine
 * with few cores. Needs root, and version 1 or 2 of cgroups.
 */
export class ProcessorShare {
  readonly #dir: string

  /** `share` is the part of one core, 0 to 1. @throws if control groups cannot be made here */
  constructor(name: string, share: number) {
    const isV2 = existsSync(join(ROOT, 'cgroup.controllers'))
    this.#dir = join(ROOT, isV2 ? '' : 'cpu', name)
    const quota = String(Math.round(share * PERIOD_US))
    try {
      if (isV2) writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+cpu')
      mkdirSync(this.#dir)
      if (isV2) this.#set('cpu.max', `${quota} ${PERIOD_US}`)
      else {
        this.#set('cpu.cfs_period_us', String(PERIOD_US))
        this.#set('cpu.cfs_quota_us', quota)
      }
    } catch (error) {
      throw new Error('only root can divide a core, with control groups', { cause: error })
    }
  }

  /** Adds a process with all its threads; its later children follow. */
  add(pid: number): void {
    this.#set('cgroup.procs', String(pid))
  }

  /** Adds a process and all its descendants; Postgres has many. */
  addTree(pid: number): void {
    for (const each of processTree(pid)) this.add(each)
  }

  /** Call this after its processes have ended. */
  close(): void {
    rmdirSync(this.#dir)
  }

  #set(file: string, value: string): void {
    writeFileSync(join(this.#dir, file), value)
  }
}
