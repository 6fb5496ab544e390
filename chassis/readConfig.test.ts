import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { port } from './configFields.ts'

const schema = z.object({ PORT: port().default(8080).describe('where it listens') })
const { argv, env } = process
let output: string[]

beforeEach(() => {
  output = []
  jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => output.push(`out ${String(text)}`) > 0)
  jest
    .spyOn(process.stderr, 'write')
    .mockImplementation((text) => output.push(`err ${String(text)}`) > 0)
  jest.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`)
  })
})

afterEach(() => {
  jest.restoreAllMocks()
  process.argv = argv
  process.env = env
})

function read(given: Record<string, string>, ...words: string[]): unknown {
  process.env = given
  process.argv = ['node', 'main.js', ...words]
  return readConfig('x', schema)
}

test('A service reads its configuration from the environment', () => {
  expect([read({ PORT: '81' }), output]).toEqual([{ PORT: 81 }, []])
})

test('A service with mistakes in its configuration ends with 78, and tells one on each line of stderr', () => {
  expect(() => read({ PORT: 'a' }, '-v')).toThrow('exit 78')
  expect(output).toEqual([
    'err x: argument 1: the only argument is --help\n' +
      'x: PORT: expected a whole number from 0 to 65535\n',
  ])
})

test('A service that is asked for help prints it to stdout and ends with 0', () => {
  expect(() => read({ PORT: 'a' }, '--help')).toThrow('exit 0')
  expect(output).toEqual([expect.stringMatching(/^out x .*PORT +8080 +where/s)])
})
