import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilReady } from '../rig/untilReady.ts'
import type { Scenario } from '../scenario.ts'
import { freezeFor } from './actions.ts'

const HOUR = 3_600

export const machineFaults: Scenario[] = [
  {
    id: 'F18',
    title: "Postgres' disk full for 6 s",
    limits: { postsMayFail: true },
    own: { postgresDiskMegabytes: 300 },
    skip: () => (canMount() ? undefined : 'mounting a small disk needs root'),
    run: async (scene) => {
      const ballast = join(scene.rig.stack.dir, 'postgres', 'ballast')
      fill(ballast)
      await scene.seconds(6)
      rmSync(ballast)
      // A full disk may end Postgres; the time until its restart is not judged.
      await scene.rig.restore()
    },
  },
  {
    id: 'F26',
    title: 'the clock of each service an hour back, an hour ahead, and right again',
    // The earlier of the database's clock and the ingest's stamps a message: time stands still while an ingest is behind.
    limits: { mayMistime: true },
    own: {
      env: (name, dir) => ({
        LD_PRELOAD: libfaketime(),
        FAKETIME_TIMESTAMP_FILE: clockFile(dir, name),
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
      }),
    },
    skip: () =>
      libfaketime() === undefined
        ? 'libfaketime is not installed (Debian: apt-get install faketime)'
        : undefined,
    run: async (scene) => {
      const { dir, processes } = scene.rig.stack
      const services = processes.filter(({ role }) =>
        ['ingest', 'bridge', 'gateway'].includes(role),
      )
      for (const offset of [-HOUR, HOUR, 0]) {
        for (const { name } of services) {
          writeFileSync(clockFile(dir, name), `${offset >= 0 ? '+' : ''}${offset}\n`)
          await scene.seconds(0.5)
        }
        // Node writes one date into all responses of a second.
        await sleep(1_500)
        for (const { name, metricsUrl = '' } of services) {
          const off = await secondsOff(`${metricsUrl}/live`)
          scene.expect(Math.abs(off - offset) < 60, `the clock of ${name} is ${off} s off`)
        }
      }
    },
  },
  {
    id: 'F29',
    title: 'a bridge, a gateway and an ingest frozen for 3 s, one after the other',
    limits: { postsMayFail: true },
    run: async (scene) => {
      for (const name of ['bridge-1', 'gateway-1', 'ingest-1']) {
        await freezeFor(scene, [name], 3)
        await scene.seconds(1)
      }
      await Promise.all(scene.rig.children('ingest').map((child) => untilReady(child)))
    },
  },
]

/** The difference between a service's clock and ours, by the date of its responses. */
async function secondsOff(url: string): Promise<number> {
  const response = await fetch(url)
  await response.body?.cancel()
  return (Date.parse(response.headers.get('date') ?? '') - Date.now()) / 1_000
}

/** The file from which a service reads the offset of its clock. */
function clockFile(dir: string, name: string): string {
  return join(dir, `clock-${name}`)
}

/** Writes zeros until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (const size of [1_048_576, 65_536, 4_096]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size))
      } catch {
        // Full for this size; a smaller part may still fit.
      }
    }
  } finally {
    closeSync(file)
  }
}

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    // Tried in a separate mount namespace: root in a container may not be allowed to mount.
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

function libfaketime(): string | undefined {
  const root = '/usr/lib'
  if (!existsSync(root)) return undefined
  return readdirSync(root)
    .map((name) => join(root, name, 'faketime', 'libfaketime.so.1'))
    .find((path) => existsSync(path))
}
