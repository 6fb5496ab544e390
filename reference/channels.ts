import { stream } from '../gateway/description/stream.ts'
import { topics } from '../ingest/description/topics.ts'

/** The stream, and the topics of MQTT. */
export const channels = [stream, ...topics]
