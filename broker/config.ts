import { z } from 'zod'
import { mqttConfig } from '../chassis/commonConfig.ts'
import { url } from '../chassis/configFields.ts'

const address = (of: string) =>
  url('mqtt', 'mqtts', 'tcp', 'ssl', 'ws', 'wss').describe(
    `Address of the MQTT broker with the user and password of ${of}`,
  )

/** Each address is the one that the service itself gets. */
export const brokerConfig = z.object({
  BROKER_USERS_FILE: z
    .string({ error: 'required: the path of a file' })
    .describe("File of Mosquitto's dynamic security plugin"),
  MQTT_PREFIX: mqttConfig.MQTT_PREFIX,
  INGEST_MQTT_URL: address('ingest'),
  BRIDGE_MQTT_URL: address('the bridges'),
  ACCOUNT_MQTT_URL: address('account, which may change users').optional(),
  EXPORTER_MQTT_URL: address('a metrics exporter, which may read $SYS').optional(),
})
