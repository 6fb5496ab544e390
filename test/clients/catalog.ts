import type { Language } from './languages.ts'

/** A library, with the smallest subscriber that its README would show. */
export interface Client {
  name: string
  /** The version pinned in the language's manifest; none for a program of the machine. */
  version?: string
  language: Language
  /** The file of its subscriber: test/clients/LANGUAGE/FILE. */
  file: string
  /** Every status except 200 is final for it, as the standard says. */
  stopsAtStatus?: true
  /** It leaves a stream that is silent for a few seconds, so it requests heartbeats at this interval. */
  heartbeat?: number
  /** Its own faults, which no server can prevent, by column. The table shows them, and docs/clients.md explains them. */
  limits?: Record<string, string>
}

/** It accepts an id as soon as its line is complete: a cut before the next byte loses the message. */
const EARLY_ID = { 'in last line': 'lost 1' }
/** At the end of a stream it accepts part of an id, and resumes from there. */
const PART_OF_ID = { 'in id': 'twice' }
/** It reads chunk sizes as text, and all text as Latin-1 by default. */
const CHUNKS_AS_TEXT = {
  live: 'altered',
  cut: 'an empty message',
  gateways: 'an empty message',
  'come back': 'an empty message',
}

/** Every status except 200 is final for it. */
const STOPS = { stopsAtStatus: true } as const

export const CLIENTS: readonly Client[] = [
  client('chromium', 'native', 'Chromium EventSource', undefined, STOPS),
  client('npm', 'eventsource', 'eventsource', '5.1.5', STOPS),
  client('npm', 'eventsource-2', 'eventsource', '2.0.2', { limits: EARLY_ID }),
  client('npm', 'eventsource-client', 'eventsource-client', '1.2.0'),
  client('npm', 'undici', 'undici EventSource', '7.30.0', STOPS),
  client('npm', 'launchdarkly-eventsource', 'launchdarkly-eventsource', '2.2.0', { heartbeat: 4 }),
  client('npm', 'fetch-event-source', 'fetch-event-source', '2.0.1', { limits: EARLY_ID }),
  client('chromium', 'fetch-event-source', 'fetch-event-source in a page', '2.0.1', {
    limits: EARLY_ID,
  }),
  client('chromium', 'sse.js', 'sse.js', '2.8.0', { limits: PART_OF_ID }),
  client('chromium', 'reconnecting-eventsource', 'reconnecting-eventsource', '1.6.5'),
  client('chromium', 'event-source-polyfill', 'event-source-polyfill', '1.0.31', STOPS),
  client('shell', 'curl', 'curl -N in a loop'),
  client('python', 'httpx_sse_loop', 'httpx-sse', '0.4.3', { heartbeat: 4 }),
  client('python', 'sseclient_py_loop', 'sseclient-py', '1.9.0', { limits: PART_OF_ID }),
  client('python', 'requests_sse_loop', 'requests-sse', '0.5.3'),
  client('python', 'aiosseclient_loop', 'aiosseclient', '0.1.8'),
  client('python', 'aiohttp_sse_client2_loop', 'aiohttp-sse-client2', '0.3.0'),
  client('python', 'sseclient_loop', 'sseclient', '0.0.27', {
    limits: { ...PART_OF_ID, ...CHUNKS_AS_TEXT },
  }),
  client('go', 'r3labs', 'r3labs/sse', '2.10.0', { limits: PART_OF_ID }),
  client('go', 'gosse', 'tmaxmax/go-sse', '0.12.0', STOPS),
  client('go', 'launchdarkly', 'launchdarkly/eventsource', '1.11.0'),
  client('rust', 'reqwest-eventsource', 'reqwest-eventsource', '0.6.0', STOPS),
  client('rust', 'eventsource-client', 'eventsource-client', '0.18.0'),
  client('java', 'OkHttpSse', 'okhttp-sse', '5.5.1', { heartbeat: 4 }),
  client('java', 'OkHttpEventSource', 'okhttp-eventsource', '4.3.0', { heartbeat: 4 }),
  client('java', 'JerseySse', 'jersey-media-sse', '3.1.9', {
    ...STOPS,
    limits: { ...PART_OF_ID, cut: 'stuck' },
  }),
]

function client(
  language: Language,
  file: string,
  name: string,
  version?: string,
  traits: Pick<Client, 'stopsAtStatus' | 'heartbeat' | 'limits'> = {},
): Client {
  return { language, file, name, ...(version === undefined ? {} : { version }), ...traits }
}
