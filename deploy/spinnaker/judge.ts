import { variable } from './artifacts.ts'
import { GOES_ON, type Stage, stage } from './stages.ts'

/** Kayenta compares for an hour, one point a minute, because it wants at least 50 points of each metric. */
export function judge(refId: string, name: string, after: string[]): Stage {
  return stage(refId, name, 'kayentaCanary', after, {
    analysisType: 'realTime',
    canaryConfig: {
      canaryConfigId: variable('canaryConfigId'),
      metricsAccountName: variable('metricsAccount'),
      storageAccountName: variable('storageAccount'),
      configurationAccountName: variable('storageAccount'),
      // New pods are slow, and all of their streams are new, so their first minutes do not count.
      beginCanaryAnalysisAfterMins: '10',
      lifetimeDuration: 'PT1H',
      canaryAnalysisIntervalMins: '15',
      scopes: [
        {
          scopeName: 'default',
          controlScope: 'causeway-baseline',
          controlLocation: variable('namespace'),
          experimentScope: 'causeway-canary',
          experimentLocation: variable('namespace'),
          step: 60,
          extendedScopeParams: {},
        },
      ],
      scoreThresholds: { marginal: '75', pass: '95' },
    },
    overrideTimeout: true,
    stageTimeoutMs: 90 * 60_000,
    ...GOES_ON,
  })
}
