import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Short, so that a process that has used its share waits for milliseconds. */
const PERIOD_US = 10_000

/**
 * A control group of Linux: the processes in it get no more than a share of one core, all together. What many small gateways
 * do can so be seen on a machine with few cores. Needs root, and version 1 or 2 of cgroups.
 */
export class ProcessorShare {
  readonly #dir: string

  /** `share`: of one core, 0 to 1. @throws where control groups cannot be made here */
  constructor(name: string, share: number, root = '/sys/fs/cgroup') {
    const isV2 = existsSync(join(root, 'cgroup.controllers'))
    this.#dir = join(root, isV2 ? '' : 'cpu', name)
    const quota = String(Math.round(share * PERIOD_US))
    try {
      if (isV2) writeFileSync(join(root, 'cgroup.subtree_control'), '+cpu')
      mkdirSync(this.#dir)
      if (isV2) this.#set('cpu.max', `${quota} ${PERIOD_US}`)
      else {
        this.#set('cpu.cfs_period_us', String(PERIOD_US))
        this.#set('cpu.cfs_quota_us', quota)
      }
    } catch (error) {
      throw new Error('processors can only be shared out by root, with control groups', {
        cause: error,
      })
    }
  }

  /** With all its threads, and what it will start. */
  add(pid: number): void {
    this.#set('cgroup.procs', String(pid))
  }

  /** Once its processes have ended. */
  close(): void {
    rmdirSync(this.#dir)
  }

  #set(file: string, value: string): void {
    writeFileSync(join(this.#dir, file), value)
  }
}
