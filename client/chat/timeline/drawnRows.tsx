import type { VNode } from 'preact'
import { TimelineRow, type TimelineRowProps } from './TimelineRow.tsx'

interface Drawn {
  looks: string
  props: TimelineRowProps
  node: VNode
}

/**
 * The rows as they were drawn last. A message that looks the same is the same object, and Preact does not look into that: hundreds of
 * rows stand still while a slice of a page comes.
 */
export class DrawnRows {
  #drawn = new Map<string, Drawn>()

  draw(all: readonly TimelineRowProps[]): VNode[] {
    const last = this.#drawn
    this.#drawn = new Map(all.map((props) => [props.row.key, draw(props, last.get(props.row.key))]))
    return [...this.#drawn.values()].map(({ node }) => node)
  }
}

function draw(props: TimelineRowProps, last: Drawn | undefined): Drawn {
  const looks = looksOf(props)
  const isSame =
    last !== undefined &&
    props.row.kind === 'message' &&
    last.looks === looks &&
    last.props.view.actions === props.view.actions
  return isSame ? last : { looks, props, node: <TimelineRow key={props.row.key} {...props} /> }
}

/** Everything by which a row of a message differs from the same row before. */
function looksOf({ row, active, tabStop, target, view }: TimelineRowProps): string {
  if (row.kind !== 'message') return ''
  const { position } = row.message
  const flags = [active, tabStop, target === position, view.editing === position, view.handle]
  return JSON.stringify([row.stamp, ...flags, view.contextOf(row.message)])
}
