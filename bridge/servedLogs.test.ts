import { expect, jest, test } from '@jest/globals'
import { servedLogs } from './servedLogs.ts'

const LOGS = [{ id: 0 }, { id: 3 }, { id: 7 }]

test('A bridge serves all logs, or those that it is told to', () => {
  expect(servedLogs(LOGS, undefined)).toEqual(LOGS)
  expect(servedLogs(LOGS, [7, 0])).toEqual([{ id: 0 }, { id: 7 }])
})

test('A bridge that is told to serve a log that is not there ends with 78', () => {
  const output: unknown[] = []
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => output.push(text) > 0)
  jest.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`)
  })
  expect(() => servedLogs(LOGS, [0, 1])).toThrow('exit 78')
  expect(output).toEqual(['bridge: LOGS: expected logs of the layout\n'])
  jest.restoreAllMocks()
})
