import { encodeMessage } from '../../contract/message.ts'
import { ID, SENDER, SENT_AT } from '../load/messages.ts'

let position = 0

/** What ingest answers to a post with this body, its headers too. Nothing is stored: positions are counted from 1. */
export function sameAnswer(channel: string, body: readonly Buffer[]) {
  const { data } = JSON.parse(Buffer.concat(body).toString())
  position++
  const json = encodeMessage({
    position,
    previous: position - 1,
    id: ID,
    channel,
    type: 'message',
    sender: SENDER,
    data: JSON.stringify(data),
    sentAt: SENT_AT,
  })
  const headers = {
    Location: `/channels/${channel}/messages/${position}`,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(json),
  }
  return { json, headers }
}
