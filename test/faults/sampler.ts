import { readFileSync } from 'node:fs'
import type { Child, Role } from '../../stack/child.ts'
import type { Rig } from './bench.ts'
import type { SampleRecord } from './records.ts'

/** Looks at the memory of our services once a second. */
export class Sampler {
  readonly samples: SampleRecord[] = []
  readonly #timer: NodeJS.Timeout

  constructor(processes: readonly Child[]) {
    const services = processes.filter(({ role }) => ['ingest', 'bridge', 'gateway'].includes(role))
    this.#timer = setInterval(() => {
      for (const { name, pid } of services) {
        const rssBytes = pid === null ? undefined : residentBytes(pid)
        if (rssBytes !== undefined) {
          this.samples.push({ t: 'sample', at: Date.now(), process: name, rssBytes })
        }
      }
    }, 1_000)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}

/** Undefined where the process has just ended, or where there is no /proc. */
function residentBytes(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024
  } catch {
    return undefined
  }
}

/** The sum of the gateways' own counts of open streams. */
export function openStreams(rig: Rig): Promise<number> {
  return sumMetric(rig, 'gateway', 'causeway_gateway_streams')
}

/** Over all processes of a role; a metric that is not there counts as 0. */
export async function sumMetric(rig: Rig, role: Role, name: string): Promise<number> {
  const children = rig.children(role)
  const counts = await Promise.all(
    children.map(({ metricsUrl = '' }) => readMetric(metricsUrl, name)),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function readMetric(metricsUrl: string, name: string): Promise<number> {
  const response = await fetch(`${metricsUrl}/metrics`, { signal: AbortSignal.timeout(3_000) })
  const text = await response.text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}
