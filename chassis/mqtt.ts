import mqtt, { type MqttClient } from 'mqtt'
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { MAX_PACKET_BYTES } from '../contract/limits.ts'
import { within } from './deadline.ts'

/**
 * An MQTT 5 connection that always reconnects. Its session is clean, because nothing relies on the broker's memory: what is
 * missed is read from the log. Each process has its own client id, so that two replicas never push each other off the broker.
 */
export function connectMqtt(url: string, role: string, logger: Logger): MqttClient {
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    clientId: `${role}-${randomUUID()}`,
    clean: true,
    // After 1.5 times this many seconds the client notices a broker that went silent.
    keepalive: 5,
    connectTimeout: 3_000,
    reconnectPeriod: 500 + Math.floor(Math.random() * 500),
    // Otherwise the client gives up on a broker that refuses once, because it is starting or full.
    reconnectOnConnackError: true,
    // Its owner subscribes at every 'connect': the client itself would first wait for its unacknowledged messages.
    resubscribe: false,
    // The client sends stored messages again after a reconnect; without this, messages published while offline would pile up in
    // its store.
    queueQoSZero: false,
    // By default it asks for each step of each packet whether anybody debugs it.
    log: () => {},
    // Each packet is acknowledged once it is handled, and none is read while acknowledgements cannot leave. So memory holds at
    // most one packet of the largest size and what was read with it; the rest waits at the broker.
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

/** Ends a connection. It waits at most `ms` for messages in flight, because they never finish if the broker is gone. */
export async function endMqtt(client: MqttClient, ms: number): Promise<void> {
  await within(ms, 'ending', client.endAsync(false)).catch(() => {})
  // A second `end`, even a forced one, does nothing while the first still waits.
  client.stream.destroy()
}
