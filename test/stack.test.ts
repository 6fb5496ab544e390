import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { identityOf } from '../stack/identity.ts'
import { freePort } from '../stack/ports.ts'
import type { Stack } from '../stack/stack.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

describe('the stack', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await testStack({ ingests: 2 })
  })
  afterAll(() => stack.stop())

  test('lists in stack.json what runs, and where', async () => {
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

  test('is ready once it has started: a post comes back from history', async () => {
    const posted = await fetch(`${stack.origin}/channels/stack.ready/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"data":{"text":"hi"}}',
    })
    expect(posted.status).toBe(201)
    const history = await fetch(`${stack.origin}/history?channel=stack.ready`)
    expect(await history.text()).toContain('"text":"hi"')
  })

  test('restarts a gateway that was killed, and writes its new pid to stack.json', async () => {
    const gateway = stack.processes.find(({ name }) => name === 'gateway-1')
    const before = gateway?.pid
    gateway?.kill('SIGKILL')
    const inFile = async () =>
      (await stackFile(stack)).processes.find(({ name }) => name === 'gateway-1')?.pid ?? before
    await waitFor(async () => (await inFile()) !== before, 20)
    expect(gateway?.pid).toBe(await inFile())
    await waitFor(() => isReady(gateway?.metricsUrl), 20)
  })

  test('stops without leaving a process or a stack.json', async () => {
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

test('a start that is aborted stops what it has started', async () => {
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
  return JSON.parse(text) as StackFile // oxlint-disable-line no-unsafe-type-assertion
}

async function isReady(metricsUrl: string | undefined): Promise<boolean> {
  try {
    return (await fetch(`${metricsUrl}/ready`)).ok
  } catch {
    return false
  }
}
