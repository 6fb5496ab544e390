import type { Language } from './languages.ts'

/** One library, and the smallest subscriber that its README would have. */
export interface Client {
  name: string
  /** As the language's manifest pins it; none for what the machine has. */
  version?: string
  language: Language
  /** Its subscriber: test/clients/LANGUAGE/FILE. */
  file: string
  /** It holds any answer but 200 for final, as the standard says. */
  stopsAtStatus?: true
  /** It leaves a stream that is silent for a few seconds, so it asks for more heartbeats. */
  heartbeat?: number
  /** Faults of its own that no server can help, by column: they are shown, and docs/clients.md tells of them. */
  limits?: Record<string, string>
}

/** It takes an id as soon as its line is there: a cut in the one byte behind loses the message. */
const EARLY_ID = { 'in last line': 'lost 1' }
/** At the end of a stream it takes what there is of an id, and comes back to where that leads. */
const PART_OF_ID = { 'in id': 'twice' }
/** It takes the sizes of chunks for text, and all text for Latin-1 unless it is told. */
const CHUNKS_AS_TEXT = {
  live: 'altered',
  cut: 'an empty message',
  gateways: 'an empty message',
  'come back': 'an empty message',
}

export const CLIENTS: readonly Client[] = [
  { name: 'Chromium EventSource', language: 'chromium', file: 'native', stopsAtStatus: true },
  {
    name: 'eventsource',
    version: '5.1.5',
    language: 'npm',
    file: 'eventsource',
    stopsAtStatus: true,
  },
  {
    name: 'eventsource',
    version: '2.0.2',
    language: 'npm',
    file: 'eventsource-2',
    limits: EARLY_ID,
  },
  { name: 'eventsource-client', version: '1.2.0', language: 'npm', file: 'eventsource-client' },
  {
    name: 'undici EventSource',
    version: '7.30.0',
    language: 'npm',
    file: 'undici',
    stopsAtStatus: true,
  },
  {
    name: 'launchdarkly-eventsource',
    version: '2.2.0',
    language: 'npm',
    file: 'launchdarkly-eventsource',
    heartbeat: 4,
  },
  {
    name: 'fetch-event-source',
    version: '2.0.1',
    language: 'npm',
    file: 'fetch-event-source',
    limits: EARLY_ID,
  },
  {
    name: 'fetch-event-source in a page',
    version: '2.0.1',
    language: 'chromium',
    file: 'fetch-event-source',
    limits: EARLY_ID,
  },
  { name: 'sse.js', version: '2.8.0', language: 'chromium', file: 'sse.js', limits: PART_OF_ID },
  {
    name: 'reconnecting-eventsource',
    version: '1.6.5',
    language: 'chromium',
    file: 'reconnecting-eventsource',
  },
  {
    name: 'event-source-polyfill',
    version: '1.0.31',
    language: 'chromium',
    file: 'event-source-polyfill',
    stopsAtStatus: true,
  },
  { name: 'curl -N in a loop', language: 'shell', file: 'curl' },
  {
    name: 'httpx-sse',
    version: '0.4.3',
    language: 'python',
    file: 'httpx_sse_loop',
    heartbeat: 4,
  },
  {
    name: 'sseclient-py',
    version: '1.9.0',
    language: 'python',
    file: 'sseclient_py_loop',
    limits: PART_OF_ID,
  },
  { name: 'requests-sse', version: '0.5.3', language: 'python', file: 'requests_sse_loop' },
  { name: 'aiosseclient', version: '0.1.8', language: 'python', file: 'aiosseclient_loop' },
  {
    name: 'aiohttp-sse-client2',
    version: '0.3.0',
    language: 'python',
    file: 'aiohttp_sse_client2_loop',
  },
  {
    name: 'sseclient',
    version: '0.0.27',
    language: 'python',
    file: 'sseclient_loop',
    limits: { ...PART_OF_ID, ...CHUNKS_AS_TEXT },
  },
  { name: 'r3labs/sse', version: '2.10.0', language: 'go', file: 'r3labs', limits: PART_OF_ID },
  {
    name: 'tmaxmax/go-sse',
    version: '0.12.0',
    language: 'go',
    file: 'gosse',
    stopsAtStatus: true,
  },
  { name: 'launchdarkly/eventsource', version: '1.11.0', language: 'go', file: 'launchdarkly' },
  {
    name: 'reqwest-eventsource',
    version: '0.6.0',
    language: 'rust',
    file: 'reqwest-eventsource',
    stopsAtStatus: true,
  },
  { name: 'eventsource-client', version: '0.18.0', language: 'rust', file: 'eventsource-client' },
  {
    name: 'okhttp-sse',
    version: '5.5.1',
    language: 'java',
    file: 'OkHttpSse',
    heartbeat: 4,
  },
  {
    name: 'okhttp-eventsource',
    version: '4.3.0',
    language: 'java',
    file: 'OkHttpEventSource',
    heartbeat: 4,
  },
  {
    name: 'jersey-media-sse',
    version: '3.1.9',
    language: 'java',
    file: 'JerseySse',
    stopsAtStatus: true,
    limits: { ...PART_OF_ID, cut: 'stuck' },
  },
]
