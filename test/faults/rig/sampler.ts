import { memoryOf } from '../../../bench/machine/process.ts'
import type { Child } from '../../../stack/child.ts'
import type { SampleRecord } from '../judge/records.ts'

/** Records the memory of our services once a second. */
export class Sampler {
  readonly samples: SampleRecord[] = []
  readonly #timer: NodeJS.Timeout

  constructor(processes: readonly Child[]) {
    const services = processes.filter(({ role }) => ['ingest', 'bridge', 'gateway'].includes(role))
    this.#timer = setInterval(() => {
      for (const child of services) this.#sample(child)
    }, 1_000)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #sample({ name, pid }: Child): void {
    if (pid === null) return
    try {
      const rssBytes = memoryOf(pid)
      if (rssBytes > 0) this.samples.push({ t: 'sample', at: Date.now(), process: name, rssBytes })
    } catch {
      // The process has just ended, or this system has no /proc.
    }
  }
}
