import { createHash } from 'node:crypto'
import { escapeLiteral } from 'pg'
import { Pool, type Parameter } from '../../history/pool.ts'

interface Plan {
  'Node Type': string
  Output?: string[]
  'Temp Written Blocks': number
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  Plans?: Plan[]
}

/** Has each statement explained instead of answered, by the plan that the services get: it is made once, for all values. */
export class ExplainingPool extends Pool {
  /** Messages that the last statement went through, on every way to them. */
  messages = 0
  /** Channels likewise. */
  channels = 0
  /** Pages of the database that it touched. */
  pages = 0
  /** Partitions that it looked into, by their last position. */
  partitions: number[] = []
  /** Of these, what it wrote because its memory did not suffice. */
  temporary = 0
  /** How often it sorted messages with their data. */
  sorts = 0

  override async query<Row>(text: string, parameters: readonly Parameter[]): Promise<Row[]> {
    const name = await this.#prepare(text)
    const values = parameters.length === 0 ? '' : `(${parameters.map(literal).join(', ')})`
    const explain = `explain (analyze, buffers, verbose, format json) execute ${name}${values}`
    const [row] = await super.query<{ 'QUERY PLAN': string }>(explain, [])
    const [{ Plan: plan }] = JSON.parse(row?.['QUERY PLAN'] ?? '[]')
    this.messages = countRows(plan, 'message_')
    this.channels = countRows(plan, 'channel')
    this.partitions = [...new Set(partitionsOf(plan))].sort((one, other) => one - other)
    this.pages = plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
    this.temporary = plan['Temp Written Blocks']
    this.sorts = countSorts(plan)
    return []
  }

  /** A statement that is explained itself gets a plan for its values, and shows nothing of the one that a service gets. */
  async #prepare(text: string): Promise<string> {
    const name = `explained_${createHash('md5').update(text).digest('hex')}`
    const known = 'select 1 from pg_prepared_statements where "name" = $1::text'
    if ((await super.query(known, [name])).length === 0) {
      await super.query(`prepare ${name} as ${text}`, [])
    }
    return name
  }
}

function literal(value: Parameter): string {
  if (value === null) return 'null'
  if (!Array.isArray(value)) return escapeLiteral(String(value))
  return escapeLiteral(`{${value.map((each) => JSON.stringify(String(each))).join(',')}}`)
}

function countRows(plan: Plan, table: string): number {
  const isCounted = plan['Relation Name']?.startsWith(table) === true
  const rows = plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)
  const below = (plan.Plans ?? []).reduce((sum, each) => sum + countRows(each, table), 0)
  return below + (isCounted ? Math.round(rows * plan['Actual Loops']) : 0)
}

function partitionsOf(plan: Plan): number[] {
  const below = (plan.Plans ?? []).flatMap(partitionsOf)
  const [, end] = /^message_0_(\d+)$/.exec(plan['Relation Name'] ?? '') ?? []
  return end === undefined || plan['Actual Loops'] === 0 ? below : [...below, Number(end)]
}

/** Sorted data fills the memory of a sort, and then the disk. */
function countSorts(plan: Plan): number {
  const isSort = plan['Node Type'].endsWith('Sort')
  const hasData = plan.Output?.some((column) => /\bdata\b/.test(column)) ?? false
  const below = (plan.Plans ?? []).reduce((sum, each) => sum + countSorts(each), 0)
  return below + (isSort && hasData ? 1 : 0)
}
