/** A query of a panel. `$in` stands for the labels that the dashboard's variables choose. */
interface Query {
  promql: string
  legend: string
}

interface Panel {
  title: string
  /** What the panel shows, and what to do about it. */
  description: string
  unit: 'short' | 'reqps' | 'cps' | 's' | 'bytes' | 'percentunit' | 'bool'
  queries: Query[]
  /** Whether it shows a single number instead of curves. */
  isStat?: boolean
}

export interface Row {
  title: string
  panels: Panel[]
}

export interface Dashboard {
  uid: string
  title: string
  description: string
  rows: Row[]
}

const WIDTH = 24
/** What each process shows: the edge is nginx, and has no build of ours. */
const ANY = '__name__=~"causeway_build_info|causeway_edge_stream_capacity"'
const CHOSEN = 'namespace=~"$namespace",job=~"$job",instance=~"$instance"'
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }

/** The JSON that Grafana imports, laid out row by row. */
export function render({ uid, title, description, rows }: Dashboard): object {
  const panels: object[] = []
  let y = 0
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { h: 1, w: WIDTH, x: 0, y },
      panels: [],
    })
    y += 1
    const w = Math.floor(WIDTH / row.panels.length)
    const h = row.panels.every((panel) => panel.isStat) ? 4 : 8
    for (const [at, panel] of row.panels.entries()) {
      panels.push(renderPanel(panel, panels.length + 1, { h, w, x: at * w, y }))
    }
    y += h
  }
  return {
    uid,
    title,
    description,
    tags: ['causeway'],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: '',
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        variable('namespace', `{${ANY}}`),
        variable('job', `{${ANY},namespace=~"$namespace"}`),
        variable('instance', `{${ANY},namespace=~"$namespace",job=~"$job"}`),
      ],
    },
    panels,
  }
}

function renderPanel(panel: Panel, id: number, gridPos: object): object {
  return {
    id,
    type: panel.isStat ? 'stat' : 'timeseries',
    title: panel.title,
    description: panel.description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
    options: panel.isStat
      ? { reduceOptions: { calcs: ['lastNotNull'] }, graphMode: 'area' }
      : { legend: { showLegend: true, placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: panel.queries.map(({ promql, legend }, at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: DATASOURCE,
      expr: promql.replaceAll('$in', CHOSEN),
      legendFormat: legend,
    })),
  }
}

function variable(name: string, series: string): object {
  return {
    name,
    label: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    type: 'query',
    datasource: DATASOURCE,
    query: `label_values(${series}, ${name})`,
    refresh: 2,
    sort: 1,
    includeAll: true,
    // Also matches series without the label, if Prometheus knows no namespaces.
    allValue: '.*',
    multi: true,
    current: { text: 'All', value: '$__all' },
  }
}
