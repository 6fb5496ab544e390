import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Stack } from '../stack/stack.ts'
import { testStack } from './support/testStack.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const commands = [...readme.matchAll(/```sh\n(.+?)\n```/gs)].map(([, command = '']) => command)
const streams = commands.filter((command) => command.includes('curl -N'))

let stack: Stack

beforeAll(async () => {
  stack = await testStack()
}, 60_000)

afterAll(() => stack?.stop(), 60_000)

const here = (command: string): string => command.replaceAll('http://localhost:8080', stack.origin)

describe('the README', () => {
  test('the README has commands that stream, and others', () => {
    expect(streams.length).toBeGreaterThan(0)
    expect(commands.length).toBeGreaterThan(streams.length)
  })

  test.each(commands.filter((command) => !streams.includes(command)))(
    'this command of the README works: %s',
    async (command) => {
      // In a shell, as a reader of the README would run it.
      const { stdout } = await promisify(execFile)('sh', [
        '-c',
        `${here(command)} --fail-with-body`,
      ])
      expect(stdout).toMatch(/"(position|messages)":/)
    },
  )

  test.each(streams)('this command of the README streams: %s', async (command) => {
    const child = spawn('sh', ['-c', `exec ${here(command)} --silent`])
    let output = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      output += String(chunk)
      if (output.includes('event:ready')) break
    }
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(output).toContain('"complete":true')
  })
})
