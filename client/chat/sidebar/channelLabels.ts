import { errorText } from '../labels.ts'
import { Problem } from '../../../contract/problem.ts'

/** The text about a change of a channel or of its people that was refused. */
export function channelErrorText(error: unknown): string {
  if (!(error instanceof Problem)) return errorText(error)
  const mistakes = (error.errors ?? []).map(({ pointer, detail }) => {
    const [field = ''] = pointer.replace(/^#\//, '').split('/')
    return `${field[0]?.toUpperCase() ?? ''}${field.slice(1)} ${detail}.`
  })
  if (mistakes.length > 0) return mistakes.join(' ')
  if (error.type === 'conflict') return 'There is one already, or it has changed meanwhile.'
  if (error.type === 'rate-limited')
    return 'You have created many channels today. Try again tomorrow.'
  if (error.type === 'forbidden') return error.detail ?? 'You are not allowed to do this.'
  return errorText(error)
}
