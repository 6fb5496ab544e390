import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import {
  containersOf,
  get,
  named,
  podOf,
  PROFILES,
  renderChart,
  renderText,
  WORKLOADS,
} from './render.ts'

describeUnless(toolsLack).each(PROFILES)('with the values %s', (profile) => {
  test('an address with a password stands in Secrets only', async () => {
    const objects = (await renderChart(profile)).filter(({ kind }) => kind !== 'Secret')
    const found = JSON.stringify(objects).match(/[a-z]+:\/\/[^\s"/@]+:[^\s"/@]+@/g)
    expect(found).toBeNull()
  })

  test('the content of a Secret stands nowhere else', async () => {
    const objects = await renderChart(profile)
    const secrets = objects.filter(({ kind }) => kind === 'Secret')
    const rest = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'))
    for (const value of secrets.flatMap((each) => Object.values(get<object>(each, 'stringData')))) {
      expect(rest).not.toContain(value)
    }
  })

  test.each([
    ['COPY_KEYS', ['bridge', 'gateway', 'ingest']],
    ['ACCOUNT_KEY', ['account']],
  ])('%s comes from the Secret, and only to %j', async (name, owners) => {
    const objects = (await renderChart(profile)).filter(({ kind }) => WORKLOADS.includes(kind))
    const given = objects.flatMap((object) =>
      containersOf(object)
        .flatMap((container) => get<object[] | undefined>(container, 'env') ?? [])
        .filter((variable) => get(variable, 'name') === name)
        .map((variable) => [
          podOf(object).metadata.labels?.['app.kubernetes.io/component'],
          variable,
        ]),
    )
    const variable = {
      name,
      valueFrom: { secretKeyRef: { name: 'causeway', key: name } },
    }
    const services = profile === 'migration' ? [] : owners
    // With several logs there are several Deployments of bridges.
    const different = new Map(given.map((each) => [JSON.stringify(each), each]))
    expect(different.size).toBe(services.length)
    expect([...different.values()]).toEqual(
      expect.arrayContaining(services.map((service) => [service, variable])),
    )
  })
})

describeUnless(toolsLack)('an installation', () => {
  test.each([
    ['addresses are given in two ways', ['--set', 'secrets.values.REDIS_URL=redis://r'], /either/],
    ['addresses are missing', ['--set', 'secrets.existingSecret='], /secrets\.existingSecret/],
    [
      'a secret of a service is missing',
      ['--set', 'secrets.existingSecret=,secrets.values.DATABASE_URL=postgres://p'],
      /Set secrets\.values\.COPY_KEYS/,
    ],
    [
      'the secret of the migration is missing',
      ['--set', 'secrets.existingSecret=,secrets.values.COPY_KEYS=k,migrations.mode=only'],
      /Set secrets\.values\.\w+_DATABASE_URL/,
    ],
    ['a service would get no key', ['--set', 'gateway.secretKeys.COPY_KEYS=null'], /COPY_KEYS/],
    ['a key stands outside of the Secret', ['--set', 'bridge.config.COPY_KEYS=k'], /COPY_KEYS/],
  ])('is refused if %s', (_, args, message) => {
    expect(() => renderText('small', args)).toThrow(message)
  })

  test('needs no address of Redis for ingest, of which older Secrets know nothing', async () => {
    // The release's own Secret has no such key.
    const objects = await renderChart('laptop', ['--set', 'ingest.secretKeys.REDIS_URL=MISSING'])
    const [container] = containersOf(named(objects, 'Deployment', 'causeway-ingest'))
    expect(get(container, 'env')).toContainEqual({
      name: 'REDIS_URL',
      valueFrom: { secretKeyRef: { name: 'causeway', key: 'MISSING', optional: true } },
    })
  })
})
