import mqtt, { type MqttClient } from 'mqtt'
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { MAX_PACKET_BYTES } from '../contract/limits.ts'

/**
 * An MQTT 5 connection that always comes back. Its session is clean, because nobody relies on the broker to keep anything:
 * what is missed is read from the log. The client id is new for each process, so that two replicas can never push each
 * other off the broker.
 */
export function connectMqtt(url: string, role: string, logger: Logger): MqttClient {
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    clientId: `${role}-${randomUUID()}`,
    clean: true,
    // A black-holed broker is noticed after 1.5 times this.
    keepalive: 5,
    connectTimeout: 3_000,
    reconnectPeriod: 500 + Math.floor(Math.random() * 500),
    // Without it a broker that refuses once, because it is starting or full, is never tried again.
    reconnectOnConnackError: true,
    // Its owner subscribes on every 'connect': the client would wait for its unacknowledged messages first.
    resubscribe: false,
    // A message in the store is resent after a reconnect; one that is published while offline would wait there unbounded.
    queueQoSZero: false,
    // Each packet is acknowledged when it has been handled, and none is read while acknowledgements do not leave: so no more than
    // one packet of the largest and what was read with it is held here, and the rest waits at the broker.
    properties: { receiveMaximum: 1_000, maximumPacketSize: MAX_PACKET_BYTES },
  })
  let away = false
  const lost = (error?: Error): void => {
    if (!away) logger.warn({ err: error }, 'MQTT is away')
    away = true
  }
  client.on('error', lost)
  client.on('close', () => {
    if (!client.disconnecting) lost()
  })
  client.on('connect', () => {
    if (away) logger.info('MQTT is back')
    away = false
  })
  return client
}

/** Ends a connection; waits at most `ms` for what is in flight, because with the broker gone that would never end. */
export async function endMqtt(client: MqttClient, ms: number): Promise<void> {
  const bound = new Promise((resolve) => setTimeout(resolve, ms).unref())
  await Promise.race([client.endAsync(false).catch(() => {}), bound])
  // A second `end`, even a forced one, does nothing while the first still waits.
  client.stream.destroy()
}
