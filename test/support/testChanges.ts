import type { Relation } from '../../contract/about.ts'
import type { Message } from '../../contract/message.ts'
import type { LogWriter } from '../../history/logWriter.ts'
import type { Appended, Draft } from '../../history/types.ts'
import { draft } from './testLog.ts'

/** A message of somebody about another one; a reaction's name or an edit's text as data. */
export function about(position: number, as: Relation, by = 'alice', text?: string): Draft {
  const data = text === undefined ? 'null' : JSON.stringify(text)
  return draft({ about: { position, as }, sender: { id: by, name: by }, data })
}

export const messageOf = ({ entry }: Appended): Message => JSON.parse(entry.json)

export async function read(log: LogWriter, position: number): Promise<Message> {
  return JSON.parse((await log.message('lobby', position))?.json ?? 'null')
}

/** The type of the problem of a refused append; `none` if it was taken. */
export async function refusal(log: LogWriter, one: Draft): Promise<string> {
  const { type } = await log.append(one).then(
    () => ({ type: 'none' }),
    (error: { type: string }) => error,
  )
  return type
}
