import { connect } from 'node:net'
import { comesTrue } from '../../../support/waitFor.ts'
import { type MqttAnswer, readAnswers } from './answers.ts'
import type { MqttSession } from './randomSession.ts'

/** How long the broker may take for everything that it answers, and to close a connection that its client has closed. */
const HANG_SECONDS = 5

export interface Talk {
  answers: MqttAnswer[]
  /** The broker neither answered nor closed in time. */
  isHang: boolean
}

/** Sends a session's bytes to the broker, and closes the connection when it has answered. */
export async function talk(url: URL, { bytes, level, pings }: MqttSession): Promise<Talk> {
  const came: Buffer[] = []
  let isClosed = false
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
  socket.on('data', (chunk: Buffer) => came.push(chunk))
  // A reset is an end too.
  socket.on('error', () => {})
  socket.on('close', () => (isClosed = true))
  socket.write(bytes)
  const read = () => readAnswers(Buffer.concat(came), level === 5)
  const hasAnswered = () =>
    pings === undefined || read().filter(({ type }) => type === 'pingresp').length >= pings
  try {
    const isAnswered = await comesTrue(() => isClosed || hasAnswered(), HANG_SECONDS, 2)
    socket.end()
    const hasEnded = isAnswered && (await comesTrue(() => isClosed, HANG_SECONDS, 2))
    return { answers: read(), isHang: !hasEnded }
  } finally {
    socket.destroy()
  }
}
