import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { freePort } from '../../../stack/ports.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { waitFor } from '../../support/waitFor.ts'
import { programLack, toolsLack } from '../tools/tools.ts'
import { edgeConf } from './edgeConf.ts'
import { EdgeProcess } from './edgeProcess.ts'

/** `EDGE_STREAMS=50000 npm run test:deploy -- chart/edgeMemory` opens as many as a machine can. */
const STREAMS = Number(process.env['EDGE_STREAMS'] ?? 1_000)
/** A process may open 20,000 files here; a stream takes nginx two. */
const PER_PROCESS = 7_000
const PATIENCE_MS = 60_000 + STREAMS * 40
/** What the chart counts for each: 24 kB, of which the kernel takes 6. */
const MOST_BYTES = 18_000

const dir = mkdtempSync(join(tmpdir(), 'causeway-memory-'))
const edge = new EdgeProcess(dir)
const children: ChildProcess[] = []

afterAll(async () => {
  for (const child of children) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  await edge.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** Starts a process of edgeLoad.mjs, and waits until it has done what it was told. */
async function load(...args: string[]): Promise<void> {
  const child = spawn('node', [join(import.meta.dirname, 'edgeLoad.mjs'), ...args])
  children.push(child)
  const failed = once(child, 'exit').then(() =>
    Promise.reject(new Error(`edgeLoad ${args.join(' ')} ended`)),
  )
  failed.catch(() => undefined)
  await Promise.race([once(child.stdout, 'data'), failed])
}

/** The memory of nginx' workers that is theirs alone. */
function bytesOf(master: number | undefined): number {
  const workers = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ')
  const kilobytes = workers.map((pid) =>
    Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
  )
  return kilobytes.reduce((sum, each) => sum + each) * 1_024
}

/** What the kernel keeps for itself, of the whole machine. */
function kernelBytes(): number {
  const [, kilobytes] = /^Slab:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? []
  return Number(kilobytes) * 1_024
}

describeUnless(toolsLack ?? programLack('nginx'))('a stream at the edge', () => {
  test(
    'takes no more memory than the chart counts for it',
    async () => {
      const processes = Math.ceil(STREAMS / PER_PROCESS)
      const gateways = await Promise.all(Array.from({ length: processes }, () => freePort()))
      for (const port of gateways) await load('serve', String(port))
      const ports = {
        http: await freePort(),
        status: await freePort(),
        ingest: 1,
        gateway: 2,
        account: 3,
      }
      const unlimited = ['--set', 'edge.limits.streams=65535,edge.limits.streamsPerSecond=1000000']
      const servers = gateways.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join('\n')
      const conf = (await edgeConf('small', ports, unlimited))
        .replace(/(server 127\.0\.0\.1:2 max_fails=0;)+/, servers)
        .replace('worker_processes 2;', `worker_processes ${Math.max(2, processes + 1)};`)
        // Evenly: a worker that has most of them would be out of files.
        .replace(/(listen 127\.0\.0\.1:\d+ default_server)/, '$1 reuseport')
      const nginx = await edge.start('edge', conf, `http://127.0.0.1:${ports.status}/nginx_status`)
      // One worker answers before the other has its connections.
      await load('open', String(ports.http), '20', '127.0.1.250')
      let before = 0
      await waitFor(
        () => {
          const last = before
          before = bytesOf(nginx.pid)
          return before === last
        },
        30,
        300,
      )
      const kernelBefore = kernelBytes()
      for (let opened = 0; opened < STREAMS; opened += PER_PROCESS) {
        const count = Math.min(PER_PROCESS, STREAMS - opened)
        await load('open', String(ports.http), String(count), `127.0.1.${1 + opened / PER_PROCESS}`)
      }
      // A process ends if nginx ends one of its streams.
      expect(children.every(({ exitCode }) => exitCode === null)).toBe(true)
      const page = await (await fetch(`http://127.0.0.1:${ports.status}/metrics`)).text()
      const [, writing] = /state="writing"\} (\d+)/.exec(page) ?? []
      expect(Number(writing)).toBeGreaterThanOrEqual(STREAMS)
      const each = (bytesOf(nginx.pid) - before) / STREAMS
      // A stream has four ends on this machine, and nginx has two of them.
      const inKernel = (kernelBytes() - kernelBefore) / 2 / STREAMS
      process.stderr.write(
        `${STREAMS} streams: ${Math.round(each)} B each in nginx, and about ${Math.round(inKernel)} B in the kernel\n`,
      )
      expect(each).toBeGreaterThan(1_000)
      expect(each).toBeLessThan(MOST_BYTES)
    },
    PATIENCE_MS,
  )
})
