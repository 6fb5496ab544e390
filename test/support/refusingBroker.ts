import { createServer, type Socket } from 'node:net'
import type { Opened } from './disposables.ts'
import { openServer } from './openServer.ts'

/** What the broker does with a subscription. */
export type Treatment = 'refuse' | 'cut' | 'grant'

const PACKET = { CONNECT: 1, SUBSCRIBE: 8 }
const CONNACK = Buffer.from([0x20, 3, 0, 0, 0])
const NOT_AUTHORIZED = 0x87

/**
 * An MQTT 5 broker that accepts every connection, and treats its subscriptions in turn as the test says. Mosquitto's access list
 * refuses no subscription, but other brokers do.
 */
export async function openRefusingBroker(
  opened: Opened,
  ...treatments: Treatment[]
): Promise<{ url: string; connections: () => number; left: readonly Treatment[] }> {
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (packet) => {
      const type = (packet[0] ?? 0) >> 4
      if (type === PACKET.CONNECT) socket.write(CONNACK)
      if (type !== PACKET.SUBSCRIBE) return
      const treatment = treatments.shift()
      if (treatment === 'cut') socket.destroy()
      // The packet is short, so that its length takes one byte and its identifier stands right after that.
      else socket.write(suback(packet.subarray(2, 4), treatment === 'grant' ? 1 : NOT_AUTHORIZED))
    })
  })
  const port = await openServer(opened, server)
  opened.add(() => {
    for (const socket of sockets) socket.destroy()
  })
  return {
    url: `mqtt://127.0.0.1:${port}`,
    connections: () => connections,
    left: treatments,
  }
}

function suback(identifier: Buffer, reason: number): Buffer {
  return Buffer.concat([Buffer.from([0x90, 4]), identifier, Buffer.from([0, reason])])
}
