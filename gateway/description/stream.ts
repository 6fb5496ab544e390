import { z } from 'zod'
import type { FlowChannel, FlowMessage } from '../../chassis/description/channel.ts'
import type { EphemeralEvent } from '../../contract/events.ts'
import { EXAMPLE, Message } from '../../chassis/description/messages.ts'
import { controlEvents, eventId } from './controlEvents.ts'

const RESUME = `k7q2-${EXAMPLE.position}`

const stored: FlowMessage = {
  name: 'message',
  summary: 'A stored message: an event without a name',
  payload: Message,
  headers: z.object({ id: eventId }),
  examples: [{ name: 'text', summary: 'Any JSON', headers: { id: RESUME }, payload: EXAMPLE }],
}

/** They have no place in the log, and so no id. */
const EPHEMERAL: ReadonlySet<string> = new Set<EphemeralEvent>(['presence', 'signal'])

const PLACED = {
  id: eventId.optional(),
  retry: z.string().optional().describe('Milliseconds to wait before coming back'),
}

const controls: FlowMessage[] = Object.entries(controlEvents).map(
  ([name, { summary, data, example }]) => ({
    name,
    summary,
    payload: data,
    headers: z.object({
      event: z.literal(name),
      ...(EPHEMERAL.has(name) ? {} : PLACED),
    }),
    examples: [
      {
        name,
        summary,
        headers: { event: name, ...(!EPHEMERAL.has(name) && { id: RESUME }) },
        payload: example,
      },
    ],
  }),
)

/** The events of a stream. */
export const stream: FlowChannel = {
  id: 'events',
  over: 'http',
  address: '/events',
  title: 'The stream',
  description:
    'Server-sent events. The fields of an event beside its data are its headers here. `GET /events` of `/openapi.json` describes the request.',
  action: 'send',
  messages: [stored, ...controls],
}
