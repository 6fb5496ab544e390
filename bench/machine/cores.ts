import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The server under test has one core to itself. Its load and its own servers run on the others. */
export interface Cores {
  server: string
  rest: string
}

/** Divides the cores that this process may use. If there is only one, everything runs on it. */
export function shareCores(): Cores {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  const [server = 0, ...rest] = parseList(list ?? '0')
  return { server: String(server), rest: rest.length > 0 ? rest.join(',') : String(server) }
}

/** Moves a process with all its threads to these cores; its later children run there too. */
export function moveTo(cores: string, pid: number): void {
  execFileSync('taskset', ['-acp', cores, String(pid)], { stdio: 'ignore' })
}

/** Parses `0-2,5`. */
function parseList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}

/** Both parts together. */
export function allCores({ server, rest }: Cores): string {
  return server === rest ? server : `${server},${rest}`
}
