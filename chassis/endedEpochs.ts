import { Counter, type Registry } from 'prom-client'
import type { Place } from '../contract/place.ts'
import type { Logger } from './logger.ts'

/** Counts and logs the epochs that this process ends: the log went back, and lost messages that clients had. */
export function createEndedEpochs(
  registry: Registry,
  logger: Logger,
): (epoch: string, place: Place) => void {
  const counter = new Counter({
    name: 'causeway_epochs_ended_total',
    help: 'Epochs of the log that this process ended because the log went back',
    registers: [registry],
  })
  return (epoch, place) => {
    counter.inc()
    logger.error({ epoch, ...place }, 'the log went back; its epoch was ended')
  }
}
