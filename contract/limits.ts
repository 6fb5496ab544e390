/**
 * Upper limits, in bytes, that the settings of several processes share. Each leaves room for the one before it. If one hop took a
 * message that the next refuses, that message would be tried again for ever.
 */

/** For a post's body: the highest that MAX_BODY_BYTES may be. The edge takes no more than ingest is set to. */
export const MAX_BODY_BYTES = 1_048_576

/** For a message as an event; a gateway always lets twice as much wait for one reader. */
export const MAX_EVENT_BYTES = 524_288

/** The least that CONNECTION_BUFFER_BYTES may be. */
export const MIN_CONNECTION_BUFFER_BYTES = 1_048_576

/** For an MQTT packet: the broker's limit (`max_packet_size`). A message's encoding is smaller than its event. */
export const MAX_PACKET_BYTES = 2_097_152

/** For all copies that an ingest lets await the broker's acknowledgement: several of the largest, or a thousand usual ones. */
export const MQTT_WINDOW_BYTES = 16_777_216
