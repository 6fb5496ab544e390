import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { identityOf } from '../stack/identity.ts'
import { freePort } from '../stack/ports.ts'
import { waitForHttp } from '../stack/probes.ts'
import type { Stack } from '../stack/stack.ts'
import { post } from './support/ingestClient.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

describe('the stack', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await testStack({ ingests: 2 })
  })
  afterAll(() => stack.stop())

  test('the stack lists its processes and addresses in stack.json', async () => {
    const { origin, processes, databaseUrl } = await stackFile(stack)
    expect({ origin, databaseUrl }).toEqual({
      origin: stack.origin,
      databaseUrl: stack.databaseUrl,
    })
    expect(processes.map(({ name }) => name).sort()).toEqual([
      'bridge-1',
      'bridge-2',
      'gateway-1',
      'gateway-2',
      'ingest-1',
      'ingest-2',
      'nginx',
    ])
  })

  test('the stack is ready when its start returns: a post comes back from history', async () => {
    const { status } = await post(stack.origin, 'stack.ready', { data: { text: 'hi' } })
    expect(status).toBe(201)
    const history = await fetch(`${stack.origin}/history?channel=stack.ready`)
    expect(await history.text()).toContain('"text":"hi"')
  })

  test('the stack restarts a killed gateway, and lists its new pid', async () => {
    const gateway = stack.processes.find(({ name }) => name === 'gateway-1')
    const before = gateway?.pid
    gateway?.kill('SIGKILL')
    let told: number | null | undefined
    await waitFor(async () => {
      const { processes } = await stackFile(stack)
      told = processes.find(({ name }) => name === 'gateway-1')?.pid
      return typeof told === 'number' && told !== before
    })
    expect(gateway?.pid).toBe(told)
    const ready = () => waitForHttp(`${gateway?.metricsUrl}/ready`, 200)
    await waitFor(() =>
      ready().then(
        () => true,
        () => false,
      ),
    )
  })

  test('the stack stops without leaving a process or a stack.json', async () => {
    const pids = stack.processes.map(({ pid }) => pid ?? 0)
    await stack.stop()
    expect(pids.filter((pid) => identityOf(pid) !== undefined)).toEqual([])
    expect(existsSync(join(stack.dir, 'stack.json'))).toBe(false)
  })
})

test('a stack whose port another program uses says so', async () => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  try {
    await expect(testStack({ port })).rejects.toThrow(
      `Another program uses port ${port} of 127.0.0.1`,
    )
  } finally {
    server.close()
  }
})

test('a stack whose database cannot be reached says so', async () => {
  const databaseUrl = `postgresql://nobody@127.0.0.1:${await freePort()}/none`
  await expect(testStack({ databaseUrl })).rejects.toThrow('The database could not be migrated')
})

test('a start that is cancelled stops every process it has started', async () => {
  const aborting = new AbortController()
  const starting = testStack({ ownServers: true, signal: aborting.signal })
  setTimeout(() => aborting.abort(new Error('changed my mind')), 300)
  await expect(starting).rejects.toThrow('changed my mind')
})

interface StackFile {
  origin: string
  databaseUrl: string
  processes: { name: string; pid: number | null }[]
}

async function stackFile({ dir }: Stack): Promise<StackFile> {
  const text = await readFile(join(dir, 'stack.json'), 'utf8')
  return JSON.parse(text)
}
