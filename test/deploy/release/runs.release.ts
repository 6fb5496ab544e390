import { beforeAll, describe, expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { stageOf, stages } from '../../support/releasePipeline.ts'
import { orcaLack, outcomes } from './orca.ts'

const CLEAN_UP = ['route-back', 'delete-baseline', 'delete-canary']
const PRODUCTION = ['deploy-production', 'smoke-production']
const ROLL_BACK = ['bake-previous', 'roll-back']

interface Case {
  what: string
  failing: string[]
  canary?: 'no'
  succeeded?: string[]
  skipped?: string[]
  /** The stage that ends the run as failed. */
  ends?: string
  untouched?: string[]
}

/** What a failure of each important stage leads to. */
const CASES: Case[] = [
  {
    what: 'nothing fails',
    failing: [],
    succeeded: ['judge', ...CLEAN_UP, ...PRODUCTION, 'production-good'],
    skipped: ROLL_BACK,
  },
  {
    what: 'no canary is wanted',
    failing: [],
    canary: 'no',
    succeeded: [...CLEAN_UP, ...PRODUCTION, 'production-good'],
    skipped: [
      'bake-baseline',
      'bake-canary',
      'deploy-canary',
      'route-canary',
      'judge',
      ...ROLL_BACK,
    ],
  },
  {
    what: 'the smoke test of staging fails',
    failing: ['smoke-staging'],
    ends: 'smoke-staging',
    untouched: ['migrate', 'deploy-canary', ...PRODUCTION],
  },
  {
    what: "production's migration fails",
    failing: ['migrate'],
    ends: 'migrate',
    untouched: ['deploy-canary', ...PRODUCTION],
  },
  {
    what: 'what runs cannot be baked as the baseline',
    failing: ['bake-baseline'],
    succeeded: CLEAN_UP,
    skipped: ['deploy-baseline', 'deploy-canary', 'route-canary', 'judge'],
    ends: 'canary-good',
    untouched: PRODUCTION,
  },
  {
    what: 'the canary does not start',
    failing: ['deploy-canary'],
    succeeded: CLEAN_UP,
    skipped: ['route-canary', 'judge'],
    ends: 'canary-good',
    untouched: PRODUCTION,
  },
  {
    what: 'no traffic can be led to the canary',
    failing: ['route-canary'],
    succeeded: CLEAN_UP,
    skipped: ['judge'],
    ends: 'canary-good',
    untouched: PRODUCTION,
  },
  {
    what: 'the canary is worse',
    failing: ['judge'],
    succeeded: CLEAN_UP,
    ends: 'canary-good',
    untouched: PRODUCTION,
  },
  {
    what: 'the route cannot be set back',
    failing: ['route-back'],
    ends: 'route-back',
    untouched: ['delete-baseline', 'delete-canary', ...PRODUCTION],
  },
  {
    what: 'production does not roll out',
    failing: ['deploy-production'],
    succeeded: ROLL_BACK,
    skipped: ['smoke-production'],
    ends: 'production-good',
  },
  {
    what: 'the smoke test of production fails',
    failing: ['smoke-production'],
    succeeded: ROLL_BACK,
    ends: 'production-good',
  },
  {
    what: 'the roll-back fails as well',
    failing: ['smoke-production', 'roll-back'],
    succeeded: ['bake-previous'],
    ends: 'production-good',
  },
]

const all = (refIds: string[], status: string) => refIds.map((refId) => [refId, status])

describeUnless(orcaLack)('by the classes of Orca', () => {
  let found: Record<string, string>[] = []

  beforeAll(() => {
    found = outcomes(
      stages,
      CASES.map(({ failing, canary = 'yes' }) => ({
        parameters: { canary },
        failing: failing.map((refId) => stageOf(refId).name),
      })),
    )
  }, 120_000)

  describe.each(CASES.map((each, at) => ({ ...each, at })))('if $what', (each) => {
    const statusOf = (refId: string) => found[each.at]?.[refId]

    test('the right stages run, are skipped or never start', () => {
      const { succeeded = [], skipped = [], untouched = [] } = each
      const expected = [
        ...all(succeeded, 'SUCCEEDED'),
        ...all(skipped, 'SKIPPED'),
        ...all(untouched, 'NOT_STARTED'),
      ]
      const seen = expected.map(([refId = '']) => [refId, statusOf(refId)])
      expect(seen).toEqual(expected)
    })

    test('the run ends as it should', () => {
      const ending = stages
        .map(({ refId }) => refId)
        .filter((refId) => statusOf(refId) === 'TERMINAL')
      expect(ending).toEqual(each.ends === undefined ? [] : [each.ends])
    })
  })

  test('no condition is one that Orca cannot read: each is true in some run and false in another', () => {
    const conditional = stages.filter((stage) => stage['stageEnabled'] !== undefined)
    expect(conditional.length).toBeGreaterThan(5)
    for (const { refId } of conditional) {
      const statuses = new Set(found.map((run) => run[refId]))
      expect({
        refId,
        isSkipped: statuses.has('SKIPPED'),
        isRun: statuses.has('SUCCEEDED'),
      }).toEqual({
        refId,
        isSkipped: true,
        isRun: true,
      })
    }
  })
})
