import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { freePort } from '../../../stack/ports.ts'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { waitFor } from '../../support/waitFor.ts'
import { programLack, toolsLack } from '../tools/tools.ts'
import { runProgram } from '../../support/runProgram.ts'
import { addresses, answerOf } from './dns.ts'
import { edgeConf } from './edgeConf.ts'
import { EdgeProcess } from './edgeProcess.ts'

const SCRIPT = join(ROOT, 'charts/causeway/files/gateways.sh')
const dir = mkdtempSync(join(tmpdir(), 'causeway-pods-'))
const edge = new EdgeProcess(dir)
const OUT = join(dir, 'gateways.conf')
const RESOLV = join(dir, 'resolv.conf')
const PATH = `${process.env['PATH']}:/usr/sbin`
const ports = { http: 1, status: 2, ingest: 3, gateway: 4, account: 5 }

/** Runs gateways.sh as the edge's pod does; the Service is this machine, so that its name can be resolved. */
async function writeServers(conf: string): Promise<string> {
  const env = { PATH, OUT, RESOLV, CONF: edge.write('edge', conf) }
  const { output } = await runProgram('sh', [SCRIPT, 'localhost', 'chat'], env)
  return output
}

/** The chart's configuration, with the servers that gateways.sh writes. */
async function confWith(to: typeof ports): Promise<string> {
  const conf = await edgeConf('small', to)
  return conf.replace(`server 127.0.0.1:${to.gateway} max_fails=0;`.repeat(2), `include ${OUT};`)
}

afterAll(async () => {
  await edge.stop()
  rmSync(dir, { recursive: true, force: true })
})

const lack = toolsLack ?? programLack('nginx')
const version = lack === undefined ? await runProgram('nginx', ['-v'], { PATH }) : { output: '' }
const [, minor = '0'] = /nginx\/1\.(\d+)/.exec(version.output) ?? []
const lacksResolve =
  Number(minor) < 28 ? `nginx 1.${minor} cannot ask for the pods of a Service, 1.28 can` : undefined

describeUnless(lack)('gateways.sh', () => {
  test('leads to the Service if nginx cannot ask for its pods', async () => {
    writeFileSync(RESOLV, 'search nothing.example\nnameserver 127.0.0.1\n')
    // No name of the cluster: nobody knows how its names end.
    const conf = (await confWith(ports)).replace('include', 'nonsense; include')
    expect(await writeServers(conf)).toContain('streams are spread at random')
    expect(readFileSync(OUT, 'utf8')).toBe('server localhost:8080 max_fails=0;\n'.repeat(2))
  })
})

describeUnless(lack ?? lacksResolve)('nginx of the image', () => {
  const streams = new Map<string, number>()
  let dns: Socket
  let origin = ''

  /** A gateway at an address of its own, which counts the streams that it holds. */
  const gateway =
    (address: string): RequestListener =>
    (request, response) => {
      streams.set(address, (streams.get(address) ?? 0) + 1)
      response.on('close', () => streams.set(address, (streams.get(address) ?? 0) - 1))
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write(`data: ${address}\n\n`)
      request.resume()
    }
  const open = async (count: number) => {
    for (let opened = 0; opened < count; opened++) await fetch(`${origin}/events?channel=a`)
  }
  const counts = () => [...streams.values()]

  afterAll(() => {
    dns?.close()
  })

  test('gives each new stream to the pod that has the fewest', async () => {
    dns = createSocket('udp4')
    addresses.splice(0, addresses.length, '127.0.0.2', '127.0.0.3')
    dns.on('message', (question, { port, address }) => dns.send(answerOf(question), port, address))
    dns.bind(0, '127.0.0.1')
    await once(dns, 'listening')
    writeFileSync(RESOLV, 'search chat.svc.test svc.test test\nnameserver 127.0.0.1\n')
    const pod = await freePort()
    for (const address of addresses) await edge.listen(gateway(address), address, pod)
    const to = { ...ports, http: await freePort(), status: await freePort() }
    origin = `http://127.0.0.1:${to.http}`
    expect(await writeServers(await confWith(to))).toBe('')
    const servers = readFileSync(OUT, 'utf8')
    expect(servers).toContain('server localhost-pods.chat.svc.test:8080 resolve')
    // Of a cluster only the name server's port and that of the pods differ.
    const here = servers.replace('127.0.0.1 ', `127.0.0.1:${dns.address().port} `)
    writeFileSync(OUT, here.replace('svc.test:8080', `svc.test:${pod}`))
    await edge.start('edge', await confWith(to), `http://127.0.0.1:${to.status}/nginx_status`)
    await waitFor(
      async () => (await (await fetch(`${origin}/events`)).body?.cancel(), streams.size > 0),
    )
    await waitFor(() => Promise.resolve(counts().every((count) => count === 0)))
    await open(20)
    expect(counts()).toEqual([10, 10])
    // A new pod is found within seconds, and gets all of what comes until it has as many.
    addresses.push('127.0.0.4')
    await edge.listen(gateway('127.0.0.4'), '127.0.0.4', pod)
    await waitFor(async () => {
      await open(1)
      return (streams.get('127.0.0.4') ?? 0) > 0
    })
    const before = counts().reduce((sum, count) => sum + count)
    await open(3 * Math.max(...counts()) - before)
    expect(new Set(counts()).size).toBe(1)
  }, 60_000)
})
