import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { gatewayConfig } from '../../../gateway/config.ts'
import { ingestConfig } from '../../../ingest/config.ts'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { helm, toolsLack } from '../tools/tools.ts'
import { CHART } from '../tools/values.ts'
import { type Profile, valuesFile } from './render.ts'

/** What Helm 4 prints after an installation; Helm 3 needs a cluster to print it. */
function notes(profile: Profile, more: string[] = []): string {
  const args = ['--dry-run=client', '-f', valuesFile(profile), ...more]
  return helm('helm4', 'install', 'causeway', CHART, ...args).split('\nNOTES:\n')[1] ?? ''
}

describeUnless(toolsLack)('the notes', () => {
  test('warn of everything that is unsafe', () => {
    const text = notes('laptop')
    const words = 'without TLS,secrets.values,image.digest,tlsSecret'.split(',')
    for (const word of words) expect(text).toContain(word)
    expect(text.match(/only one pod of \w+/g)).toHaveLength(5)
    expect(notes('small').match(/^WARNING/gm)).toHaveLength(1)
    expect(notes('small', ['--set', 'auth.mode=open'])).toMatch(/^WARNING: auth\.mode is open/m)
  })

  test('warn of nothing if all is well', () => {
    expect(notes('ha')).not.toContain('WARNING')
  })

  test('say how to become the first admin, unless a value names one', () => {
    expect(notes('ha')).toContain("grep '#invite='")
    expect(notes('external-tls')).not.toContain('#invite=')
    expect(notes('ha')).toContain('Nobody else may read or write')
    expect(notes('small')).not.toContain('Nobody else may read or write')
  })

  test('say how many connections Postgres must accept, from what the services open', () => {
    const source = readFileSync(join(ROOT, 'bridge/logBridge.ts'), 'utf8')
    const ofBridge = Number(/^ +connections: (\d+),$/m.exec(source)?.[1])
    const [ofIngest, ofGateway] = [ingestConfig, gatewayConfig].map(({ shape }) =>
      shape.DATABASE_CONNECTIONS.parse(undefined),
    )
    // Account's number is a value of the chart.
    const sum = (
      ingests: number,
      bridges: number,
      gateways: number,
      accounts: number,
      each = ofGateway,
    ) =>
      (ingests + 1) * (ofIngest ?? 0) +
      (bridges + 1) * ofBridge +
      (gateways + 1) * (each ?? 0) +
      (accounts > 0 ? (accounts + 1) * 4 : 0) +
      1
    expect(notes('small')).toContain(`At most ${sum(2, 2, 2, 2)} connections to Postgres`)
    // At the largest number of pods that the autoscalers may reach. A roll-out adds six gateways, a tenth.
    expect(notes('ha')).toContain(`At most ${sum(12, 3, 60 + 5, 3)} connections to Postgres`)
    const fewer = notes('ha', ['--set', 'gateway.config.DATABASE_CONNECTIONS=3'])
    expect(fewer).toContain(`At most ${sum(12, 3, 60 + 5, 3, 3)} connections to Postgres`)
    const open = notes('small', ['--set', 'auth.mode=open'])
    expect(open).toContain(`At most ${sum(2, 2, 2, 0)} connections to Postgres`)
  })

  test('say where Causeway is, and how to try it', () => {
    expect(notes('ha')).toContain('https://chat.example.org/')
    expect(notes('laptop')).toContain('port-forward service/causeway-edge 8080:80')
    expect(notes('small')).toContain('helm --namespace default test causeway')
  })
})
