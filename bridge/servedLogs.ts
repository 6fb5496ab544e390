import { endWithMistakes } from '../chassis/config.ts'

/** Those of the layout's logs that LOGS names; all, if it names none. One that is not in the layout ends the process, as `readConfig` does. */
export function servedLogs<Log extends { id: number }>(
  logs: readonly Log[],
  numbers: readonly number[] | undefined,
): readonly Log[] {
  if (numbers === undefined) return logs
  const isKnown = numbers.every((number) => logs.some(({ id }) => id === number))
  if (!isKnown) return endWithMistakes('bridge', ['LOGS: expected logs of the layout'])
  return logs.filter(({ id }) => numbers.includes(id))
}
