import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'

/** What such a broker does with a subscription. */
export type Treatment = 'refuse' | 'cut' | 'grant'

const PACKET = { CONNECT: 1, SUBSCRIBE: 8 }
const CONNACK = Buffer.from([0x20, 3, 0, 0, 0])
const NOT_AUTHORIZED = 0x87

/**
 * An MQTT 5 broker that takes every connection, and treats one subscription after the other as it was told. Mosquitto refuses
 * none by its list of rights, but other brokers do.
 */
export async function openRefusingBroker(
  opened: { add: (dispose: () => unknown) => void },
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
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.add(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    connections: () => connections,
    left: treatments,
  }
}

function suback(identifier: Buffer, reason: number): Buffer {
  return Buffer.concat([Buffer.from([0x90, 4]), identifier, Buffer.from([0, reason])])
}
