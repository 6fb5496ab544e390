import type { Child } from '../../../stack/child.ts'
import { waitForHttp } from '../../../stack/probes.ts'
import { comesTrue } from '../../support/waitFor.ts'

/** On any machine; a service is ready within a second or two. */
const READY_WITHIN_SECONDS = 120

/** Waits until a service says that it is ready. A server needs only a process: the services check the rest. */
export async function untilReady(child: Child): Promise<void> {
  const { name, role, metricsUrl } = child
  const isService = role === 'bridge' || role === 'ingest' || role === 'gateway'
  const isReady = async (): Promise<boolean> => {
    if (child.pid === null || !isService) return child.pid !== null
    return waitForHttp(`${metricsUrl}/ready`, 200).then(
      () => true,
      () => false,
    )
  }
  if (!(await comesTrue(isReady, READY_WITHIN_SECONDS, 100)))
    throw new Error(`${name} is not ready`)
}
