import type { FlowChannel, FlowMessage } from '../../chassis/description/channel.ts'
import { type Json, Schemas } from '../schemas.ts'

const SERVERS = {
  http: {
    host: 'localhost:8080',
    protocol: 'http',
    description: 'The edge: server-sent events over HTTP.',
    security: [{ $ref: '#/components/securitySchemes/token' }],
  },
  mqtt: {
    host: 'localhost:1883',
    protocol: 'mqtt',
    protocolVersion: '5.0',
    description:
      'The broker: MQTT 5 and 3.1.1. A client’s user is its principal, and its only client id.',
    security: [{ $ref: '#/components/securitySchemes/broker' }],
  },
} as const

const SECURITY_SCHEMES = {
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token.' },
  broker: { type: 'userPassword', description: 'A user of the broker.' },
}

const DESCRIPTION = `What streams bring, and the topics of MQTT. Topics stand below the prefix \`causeway\`, unless \`MQTT_PREFIX\` says otherwise.

With \`AUTH=open\` streams need no token. \`/openapi.json\` describes all requests over HTTP.`

/** AsyncAPI 3 of the stream and of the topics. */
export function asyncApi(channels: readonly FlowChannel[], version: string): Json {
  const schemas = new Schemas()
  const messages = channels.flatMap((channel) => channel.messages)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Causeway: streams and topics',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: Object.fromEntries(channels.map((each) => [each.id, channelObject(each)])),
    operations: Object.fromEntries(channels.map((each) => [nameOf(each), operationObject(each)])),
    components: {
      messages: Object.fromEntries(
        messages.map((each) => [each.name, messageObject(each, schemas)]),
      ),
      schemas: schemas.components,
      securitySchemes: SECURITY_SCHEMES,
    },
  }
}

function channelObject({ over, address, title, description, parameters, messages }: FlowChannel) {
  return {
    address,
    title,
    description,
    servers: [{ $ref: `#/servers/${over}` }],
    ...(parameters && { parameters }),
    messages: Object.fromEntries(
      messages.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
  }
}

function operationObject({ id, over, action, title, reply }: FlowChannel): Json {
  const answer = {
    address: {
      location: '$message.header#/responseTopic',
      description: 'The response topic of the packet, which only MQTT 5 has.',
    },
    channel: { $ref: `#/channels/${reply}` },
  }
  return {
    action,
    channel: { $ref: `#/channels/${id}` },
    title,
    ...(over === 'mqtt' && {
      bindings: { mqtt: { qos: 1, retain: false, bindingVersion: '0.2.0' } },
    }),
    ...(reply !== undefined && { reply: answer }),
  }
}

function nameOf({ id, action }: FlowChannel): string {
  return `${action}${id.charAt(0).toUpperCase()}${id.slice(1)}`
}

function messageObject(message: FlowMessage, schemas: Schemas): Json {
  const { name, summary, payload, headers, examples } = message
  return {
    name,
    title: summary,
    contentType: 'application/json',
    ...(headers && { headers: schemas.ofOutput(headers) }),
    payload: schemas.ofOutput(payload),
    examples: examples.map((each) => ({
      name: each.name,
      summary: each.summary,
      ...(each.headers && { headers: each.headers }),
      payload: each.payload,
    })),
  }
}
