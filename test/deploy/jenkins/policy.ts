import { existsSync } from 'node:fs'
import { findAll, inSection, type Part, shellBodies, stage } from './recording.ts'

type Rule = [name: string, holds: (pipeline: Part) => boolean]

const TESTED = [
  ['Types and units', 'units'],
  ['Whole road', 'road'],
  ['Chart and rules', 'deploy'],
] as const

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const conditions = (part: Part): unknown[] =>
  inSection(part, 'when').map(({ name, args }) => [name, ...args])

/** What Jenkins would not mind, and we do. */
export const POLICY: Rule[] = [
  [
    'takes an agent only for a stage, never for the whole build',
    (pipeline) => same(pipeline.inside.find(({ name }) => name === 'agent')?.args, ['none']),
  ],
  [
    'bounds its time, its concurrency and what is kept of it',
    (pipeline) => {
      const options = inSection(pipeline, 'options').map(({ name }) => name)
      const wanted = ['timeout', 'disableConcurrentBuilds', 'buildDiscarder', 'timestamps']
      return wanted.every((name) => options.includes(name))
    },
  ],
  [
    'runs all checks side by side, on any branch',
    (pipeline) =>
      same(
        inSection(stage(pipeline, 'Checks'), 'parallel').flatMap(shellBodies),
        ['lint', 'units', 'road', 'deploy'].map((part) => `deploy/jenkins/check.sh ${part}`),
      ) && findAll(stage(pipeline, 'Checks'), 'when').length === 0,
  ],
  [
    'keeps the report of tests also when they fail, and fails where there is none',
    (pipeline) =>
      TESTED.every(([name, part]) => {
        const [first] = inSection(stage(pipeline, name), 'post', 'always')
        const args = [{ testResults: `build/junit/${part}.xml`, allowEmptyResults: false }]
        return first?.name === 'junit' && same(first.args, args)
      }),
  ],
  [
    'releases from main alone, and asks that before it takes an agent',
    (pipeline) => {
      const releasing = inSection(pipeline, 'stages').filter((part) =>
        shellBodies(part).some((body) => /image|chart\.sh|trigger/.test(body)),
      )
      const wanted = [
        ['beforeAgent', true],
        ['branch', 'main'],
      ]
      return releasing.length === 1 && releasing.every((part) => same(conditions(part), wanted))
    },
  ],
  [
    'has images and chart stored before it tells Spinnaker',
    (pipeline) => {
      const at = ['image.sh', 'chart.sh', 'properties.sh', 'trigger.mjs'].map((script) =>
        shellBodies(pipeline).findIndex((body) => body.includes(`deploy/jenkins/${script}`)),
      )
      return (
        !at.includes(-1) &&
        same(
          at,
          at.toSorted((a, b) => a - b),
        )
      )
    },
  ],
  [
    'archives what the build is made of, with fingerprints, before it tells Spinnaker',
    (pipeline) => {
      const steps = inSection(stage(pipeline, 'Hand over'), 'steps')
      const archive = steps.findIndex(({ name }) => name === 'archiveArtifacts')
      const trigger = steps.findIndex((step) => String(step.args[0]).includes('trigger.mjs'))
      const given = JSON.stringify(steps[archive]?.args)
      return (
        archive >= 0 &&
        archive < trigger &&
        given.includes('build/build.properties') &&
        given.includes('"fingerprint":true')
      )
    },
  ],
  [
    'gives each secret only to the stage that needs it, by credentials',
    (pipeline) => {
      const secrets = findAll(pipeline, 'environment').flatMap(({ inside }) => inside)
      return (
        inSection(pipeline, 'environment').length === 0 &&
        same(
          secrets.map(({ name, args }) => [name, args[0]]),
          [
            ['REGISTRY_LOGIN', 'credentials(causeway-registry)'],
            ['CHART_STORE_LOGIN', 'credentials(causeway-chart-store)'],
            ['SPINNAKER_WEBHOOK_SECRET', 'credentials(causeway-spinnaker-webhook)'],
          ],
        )
      )
    },
  ],
  [
    'lets Groovy put nothing into a shell body, and has no logic of its own',
    (pipeline) =>
      findAll(pipeline, 'sh').every(({ interpolated }) => !interpolated) &&
      findAll(pipeline, 'script').length === 0,
  ],
  [
    'calls nothing but scripts that exist',
    (pipeline) =>
      shellBodies(pipeline).every((body) => {
        const [script] = /deploy\/jenkins\/\S+/.exec(body) ?? []
        return script === undefined ? body === 'rm -rf build' : existsSync(script)
      }),
  ],
]

/** The names of the rules that it breaks. */
export function brokenRules(pipeline: Part): string[] {
  return POLICY.filter(([, holds]) => !holds(pipeline)).map(([name]) => name)
}
