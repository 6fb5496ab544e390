import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Stack } from '../stack/stack.ts'
import { testStack } from './support/testStack.ts'

/** The lines of the `sh` blocks of a page, without their comments. */
function commandsOf(page: string): string[] {
  const text = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8')
  const blocks = [...text.matchAll(/```sh\n(.+?)\n```/gs)].map(([, block = '']) => block)
  return blocks.flatMap((block) => block.split('\n')).filter((line) => !line.startsWith('#'))
}

const isStream = (command: string): boolean => command.includes('curl -N')

let stack: Stack

beforeAll(async () => {
  stack = await testStack()
}, 60_000)

afterAll(() => stack?.stop(), 60_000)

const here = (command: string): string => command.replaceAll('http://localhost:8080', stack.origin)

describe.each([
  ['README.md', 5],
  ['docs/api.md', 20],
])('each command of %s', (page, count) => {
  const commands = commandsOf(page)

  test('is found', () => {
    expect(commands).toHaveLength(count)
  })

  test.each(commands.filter((command) => !isStream(command)))(
    'gives an answer that the page promises: %s',
    async (command) => {
      // A shell, because that is where its reader puts it; what runs is our own page.
      const { stdout } = await promisify(execFile)('sh', [
        '-c',
        `${here(command)} --fail-with-body`,
      ])
      expect(stdout).toMatch(/"(position|messages|count|markers)":|202 Accepted|204 No Content/)
    },
  )

  test.each(commands.filter(isStream))('opens a stream: %s', async (command) => {
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
