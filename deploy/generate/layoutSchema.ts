import { MAX_LOG_ID, MAX_LOGS } from '../../contract/channelLogs.ts'
import { integer, list, matching, object, text } from './jsonSchema.ts'

/** The name of a server in a layout. */
const server = matching('^[a-z0-9_]{1,32}$')
const logId = integer(0, MAX_LOG_ID)
/** The values below `layout`: what LAYOUT_FILE holds, and which bridges serve which logs. */
export const layout = object({
  logs: {
    ...list(
      object({ id: logId, postgres: server, redis: server, broker: server }, { required: ['id'] }),
    ),
    maxItems: MAX_LOGS,
  },
  rules: list(object({ pattern: text, log: logId }, { required: ['pattern', 'log'] })),
  bridges: list(
    object(
      {
        name: matching('^[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?$'),
        logs: { ...list(logId), minItems: 1 },
      },
      { required: ['name', 'logs'] },
    ),
  ),
})
