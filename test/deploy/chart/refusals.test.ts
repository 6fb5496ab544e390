import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { type Profile, renderText } from './render.ts'

const edgeOf = (megabytes: number) => `edge.resources.limits.memory=${megabytes}Mi`

/** An API server would refuse most of these too, but after the migration and some of the objects. */
describeUnless(toolsLack)('the chart refuses, with a sentence,', () => {
  test.each<[string, Profile, string, RegExp]>([
    [
      'fewer pods at most than at least',
      'ha',
      'gateway.autoscaling.minReplicas=61',
      /gateway\.autoscaling\.minReplicas \(61\) is above maxReplicas \(60\)\./,
    ],
    [
      'the same of the edge',
      'ha',
      'edge.autoscaling.minReplicas=21',
      /edge\.autoscaling\.minReplicas \(21\) is above maxReplicas \(20\)\./,
    ],
    [
      'more memory than the limit allows',
      'small',
      'gateway.resources.requests.memory=2Gi',
      /gateway\.resources requests more memory \(2Gi\) than its limit allows \(1Gi\)\./,
    ],
    [
      'more CPU than the limit allows',
      'small',
      'ingest.resources.limits.cpu=100m',
      /ingest\.resources requests more CPU \(250m\) than its limit allows \(100m\)\./,
    ],
    [
      'the same of the migration',
      'migration',
      'migrations.resources.requests.memory=400Mi',
      /migrations\.resources requests more memory/,
    ],
    ['a number that is none', 'small', 'gateway.config.MAX_STREAMS=abc', /MAX_STREAMS/],
    ['a number out of its bounds', 'small', 'gateway.config.HEARTBEAT_SECONDS=0', /HEARTBEAT/],
    ['a word that is none of those', 'small', 'account.config.GUESTS=maybe', /GUESTS/],
    [
      'gateways that turn readers away before there are more of them',
      'ha',
      'gateway.config.MAX_STREAMS=9999',
      /MAX_STREAMS \(9999\) is below gateway\.autoscaling\.streamsPerPod \(10000\)/,
    ],
    [
      'an edge that cannot carry what the gateways may scale to',
      'ha',
      'edge.autoscaling.maxReplicas=18',
      /The edge carries 569916 streams at most \(18 pods of 31662\), but the gateways may scale to 600000: raise/,
    ],
    [
      'the same with too little memory',
      'small',
      `gateway.replicas=4,${edgeOf(512)}`,
      /The edge carries \d+ streams at most .* may scale to 40000/,
    ],
    ['a log twice', 'everything', 'layout.logs[1].id=0', /layout\.logs names a log twice/],
    [
      'a rule that leads to no log',
      'everything',
      'layout.rules[0].log=7',
      /layout\.rules leads fleet\.\*\* to the log 7, which layout\.logs lacks\./,
    ],
    [
      'a log that no bridge serves',
      'everything',
      'layout.bridges[0].logs={0}',
      /layout\.bridges leaves out the log 1:/,
    ],
    [
      'bridges of a log that is not there',
      'everything',
      'layout.bridges[1].logs={2,9}',
      /layout\.bridges\.fleet serves the log 9/,
    ],
    ['the number of the one log beside several', 'everything', 'config.LOG_ID=3', /LOG_ID/],
    [
      'bridges for parts of one log',
      'small',
      'layout.bridges[0].name=a,layout.bridges[0].logs={0}',
      /Set layout\.logs/,
    ],
    ['a pod as root', 'small', 'podSecurity.runAsNonRoot=false', /podSecurity/],
  ])('%s', (_, profile, set, sentence) => {
    expect(() => renderText(profile, ['--set', set])).toThrow(sentence)
  })

  test('a server of the layout whose address the release’s own Secret lacks', () => {
    const log = 'layout.logs[0].id=0,layout.logs[0].redis=x'
    expect(() => renderText('laptop', ['--set', log])).toThrow(
      /Set secrets\.values\.BRIDGE_REDIS_URL_X: layout\.logs names that server/,
    )
  })

  test('nothing that just fits', () => {
    const set = 'edge.autoscaling.maxReplicas=19,gateway.autoscaling.minReplicas=60'
    expect(renderText('ha', ['--set', set])).toContain('maxReplicas: 19')
  })
})
