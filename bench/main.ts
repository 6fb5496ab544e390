import { join, resolve } from 'node:path'
import { ROOT } from '../stack/root.ts'
import { messageOf } from '../stack/errors.ts'
import { type Baseline, buildBaseline } from './peers/baseline.ts'
import { Testbed } from './testbed.ts'
import { describeMachine } from './machine/description.ts'
import { gateway, gatewayOf } from './peers/gateway.ts'
import { formatOutcome, writeReport } from './report/report.ts'
import { type Outcome, readResults, writeResults } from './report/results.ts'
import type { Scenario } from './scenario.ts'
import { channels } from './scenarios/channels.ts'
import { connect } from './scenarios/connect.ts'
import { drain } from './scenarios/drain.ts'
import { fanout } from './scenarios/fanout.ts'
import { history } from './scenarios/history.ts'
import { ingest } from './scenarios/ingest.ts'
import { latency } from './scenarios/latency.ts'
import { logs } from './scenarios/logs.ts'
import { memory } from './scenarios/memory.ts'
import { outbox } from './scenarios/outbox.ts'
import { readers } from './scenarios/readers.ts'
import { replicas } from './scenarios/replicas.ts'
import { retention } from './scenarios/retention.ts'
import { slow } from './scenarios/slow.ts'
import { spread } from './scenarios/spread.ts'
import { storm } from './scenarios/storm.ts'
import { BEFORE } from './target.ts'

/** The options of `npm run bench`, already checked. */
interface BenchOptions {
  scenarios: string[]
  rounds: number
  quick: boolean
  minutes: number
  /** A commit whose gateway runs beside ours. */
  baseline?: string
  /** For logs and the servers' data; one run at a time. Default: `.stack/bench` in the repository. */
  dir?: string
}

const SCENARIOS: Record<string, Scenario> = {
  fanout,
  latency,
  channels,
  memory,
  storm,
  connect,
  slow,
  drain,
  replicas,
  logs,
  spread,
  readers,
  history,
  ingest,
  retention,
  outbox,
}
const RESULTS = join(ROOT, 'docs/benchmarks.json')

/** Runs scenarios one after the other. The results of each are in the documents before the next one starts. */
export async function main(options: BenchOptions): Promise<void> {
  const { rounds, quick, minutes } = options
  const dir = resolve(ROOT, options.dir ?? '.stack/bench')
  let baseline: Baseline | undefined
  let testbed: Testbed
  try {
    baseline = await findBaseline(options)
    testbed = await Testbed.start(dir, print)
  } catch (error) {
    print(messageOf(error))
    process.exitCode = 1
    return
  }
  const isEnding = endWith(testbed)
  const gateways = [gateway, ...(baseline ? [gatewayOf(BEFORE, baseline.service)] : [])]
  for (const name of options.scenarios) {
    print(`${name}${quick ? ' (quick: the figures mean nothing)' : ''}`)
    try {
      const outcome = await SCENARIOS[name]?.(testbed, { rounds, quick, minutes, gateways, print })
      if (outcome === undefined) throw new Error(`there is no scenario ${name}`)
      process.stdout.write(`\n${formatOutcome(outcome)}\n\n`)
      if (!quick) record(name, options, { testbed, baseline, outcome })
    } catch (error) {
      if (isEnding()) return
      print(`${name} failed: ${messageOf(error)}`)
      print(`The logs are in ${join(dir, 'logs')}.`)
      process.exitCode = 1
    }
  }
  await testbed.close()
}

/** Runs before the servers start: compiling takes all cores for some time. */
async function findBaseline({ baseline }: BenchOptions): Promise<Baseline | undefined> {
  if (baseline === undefined) return undefined
  print(`compiling ${baseline}, unless an earlier run did`)
  return buildBaseline(baseline)
}

/** Adds an outcome to the documents, beside the earlier results of other scenarios. */
function record(
  name: string,
  options: BenchOptions,
  {
    testbed,
    baseline,
    outcome,
  }: { testbed: Testbed; baseline: Baseline | undefined; outcome: Outcome },
): void {
  const { rounds, minutes } = options
  const length = name === 'memory' ? ` --minutes ${minutes}` : ''
  const beside = baseline ? ` --baseline ${baseline.commit}` : ''
  const results = readResults(RESULTS)
  results[name] = {
    command: `npm run bench -- ${name} --rounds ${rounds}${length}${beside}`,
    finishedAt: new Date().toISOString(),
    rounds,
    machine: describeMachine(testbed.cores),
    outcome,
  }
  writeResults(RESULTS, results)
  writeReport(join(ROOT, 'docs'), results, Object.keys(SCENARIOS))
  print(`docs/benchmarks.md holds the figures of ${name}`)
}

/** Closes the testbed on a signal. The returned function says whether one came. */
function endWith(testbed: Testbed): () => boolean {
  let isEnding = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isEnding) return testbed.forceStop()
      isEnding = true
      print('stopping')
      void testbed.close().finally(() => process.exit(1))
    })
  }
  return () => isEnding
}

function print(line: string): void {
  process.stderr.write(`bench: ${line}\n`)
}
