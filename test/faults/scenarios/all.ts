import type { Scenario } from '../scenario.ts'
import { bridgeFaults } from './bridgeFaults.ts'
import { clientFaults } from './clientFaults.ts'
import { clockFaults } from './clockFaults.ts'
import { cursorFaults } from './cursorFaults.ts'
import { deviceFaults } from './deviceFaults.ts'
import { failoverFaults } from './failoverFaults.ts'
import { forgeryFaults } from './forgeryFaults.ts'
import { gatewayFaults } from './gatewayFaults.ts'
import { ingestFaults } from './ingestFaults.ts'
import { logsFaults } from './logsFaults.ts'
import { machineFaults } from './machineFaults.ts'
import { moveFaults } from './moveFaults.ts'
import { mqttFaults } from './mqttFaults.ts'
import { outboxFaults } from './outboxFaults.ts'
import { postgresFaults } from './postgresFaults.ts'
import { redisFaults } from './redisFaults.ts'
import { redisServersFaults } from './redisServersFaults.ts'
import { restoreFaults } from './restoreFaults.ts'
import { revocationFaults } from './revocationFaults.ts'
import { sizeFaults } from './sizeFaults.ts'

/** The matrix of faults, in the order of their numbers. */
export const SCENARIOS: readonly Scenario[] = [
  ...ingestFaults,
  ...mqttFaults,
  ...bridgeFaults,
  ...redisFaults,
  ...postgresFaults,
  ...gatewayFaults,
  ...clientFaults,
  ...cursorFaults,
  ...machineFaults,
  ...sizeFaults,
  ...restoreFaults,
  ...forgeryFaults,
  ...failoverFaults,
  ...clockFaults,
  ...revocationFaults,
  ...deviceFaults,
  ...outboxFaults,
  ...redisServersFaults,
  ...logsFaults,
  ...moveFaults,
].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
