import { accountOperations } from '../account/description/operations.ts'
import { gatewayOperations } from '../gateway/description/operations.ts'
import { ingestOperations } from '../ingest/description/operations.ts'

/** Of all services, in the order in which their examples run. */
export const operations = [...ingestOperations, ...gatewayOperations, ...accountOperations]
