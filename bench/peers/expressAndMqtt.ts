import express from 'express'
import { randomUUID } from 'node:crypto'
import { channelTopic } from '../../contract/channel.ts'
import { connectMqtt } from '../../chassis/mqtt.ts'
import { pino } from 'pino'
import { sameAnswer } from './sameAnswer.ts'

/*
 * The limit of ingest's libraries: Express takes a post, mqtt.js publishes the message with the words that a copy has, and the same bytes
 * are answered. It checks, stores, counts and logs nothing.
 */
const { PORT, MQTT_URL = '', PREFIX = '' } = process.env
const mqtt = connectMqtt(MQTT_URL, 'bench', pino({ level: 'warn' }))
/** As long as a real one. */
const MAC = 'a'.repeat(43)
const link = randomUUID()

const app = express()
app.disable('x-powered-by')
app.post('/channels/:channel/messages', (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { channel } = request.params
    const { json, headers } = sameAnswer(channel, chunks)
    const userProperties = { epoch: 'bench', link, mac: MAC }
    mqtt.publish(channelTopic(PREFIX, channel), json, { qos: 1, properties: { userProperties } })
    response.writeHead(201, headers).end(json)
  })
})
app.listen(Number(PORT), '127.0.0.1')
