/**
 * Upper limits, in bytes, that the settings of different processes share. Each leaves room for the one before it: a message that one
 * hop takes and the next refuses would be tried again for ever.
 */

/** Of a post's body; nginx takes no more (`client_max_body_size`). */
export const MAX_BODY_BYTES = 1_048_576

/** Of a message as its event: a gateway always lets twice as much wait for one reader. */
export const MAX_EVENT_BYTES = 524_288

/** Of what a gateway lets wait for one reader, at least. */
export const MIN_CONNECTION_BUFFER_BYTES = 1_048_576

/** Of an MQTT packet: the broker's bound (`max_packet_size`). A message's encoding is smaller than its event. */
export const MAX_PACKET_BYTES = 2_097_152

/** Of all copies that an ingest lets await the broker at once: several of the largest, and a thousand of the usual ones. */
export const MQTT_WINDOW_BYTES = 16_777_216
