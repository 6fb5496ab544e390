import { Component } from 'preact'
import { Avatar, hueOf } from '../Avatar.tsx'
import { Data, Text } from '../text/Text.tsx'
import { Reachable, useTabIndex } from '../text/reachable.ts'
import { badgeOf, nameOf } from '../senderLabel.ts'
import { EditBox } from '../composer/EditBox.tsx'
import { type MessageActions, Toolbar } from './Toolbar.tsx'
import { clockTime, fullTime } from './dateFormat.ts'
import { textOf } from './conversation.ts'
import type { ShownMessage } from '../../sdk/history.ts'
import type { Sender } from '../../../contract/message.ts'

interface MessageRowProps {
  rowKey: string
  stamp: string
  message: ShownMessage
  own: boolean
  /** The first of a group shows its sender. */
  first: boolean
  /** Whether the pointer or the keyboard is on it. */
  active: boolean
  /** Whether the keyboard gets into the list here. */
  tabStop: boolean
  editing: boolean
  target: boolean
  /** One's own handle: mentions of it stand out. */
  handle: string
  /** What it is a reply to, for people; undefined if it is none, or that is obvious. */
  context?: string | undefined
  actions: MessageActions
}

/** A message. It is drawn again only if something about it has changed. */
export class MessageRow extends Component<MessageRowProps> {
  override shouldComponentUpdate(next: MessageRowProps): boolean {
    const { props } = this
    return (
      next.stamp !== props.stamp ||
      next.active !== props.active ||
      next.tabStop !== props.tabStop ||
      next.editing !== props.editing ||
      next.target !== props.target ||
      next.context !== props.context ||
      next.handle !== props.handle
    )
  }

  override render() {
    const { rowKey, message, own, first, active, tabStop, editing, target } = this.props
    const { actions } = this.props
    const { sender, position } = message
    const names = [
      'message',
      first && 'first',
      own && 'own',
      active && 'active',
      target && 'target',
    ]
    return (
      <li
        class={names.filter(Boolean).join(' ')}
        data-key={rowKey}
        data-position={position}
        tabIndex={tabStop ? 0 : -1}
      >
        {first ? <Avatar sender={sender} /> : <Time message={message} />}
        <Reachable.Provider value={active}>{this.#content()}</Reachable.Provider>
        {active && !editing && message.deleted !== true && (
          <Toolbar message={message} own={own} actions={actions} />
        )}
      </li>
    )
  }

  #content() {
    const { message, first, editing, context, actions, handle } = this.props
    return (
      <div class="content">
        {first && <SenderLine message={message} />}
        {context !== undefined && <Context text={context} open={() => actions.thread(message)} />}
        {editing ? (
          <EditBox
            text={textOf(message) ?? ''}
            save={(text) => actions.save(message, text)}
            cancel={() => actions.edit(undefined)}
          />
        ) : (
          <Body message={message} handle={handle} />
        )}
        <Reactions message={message} actions={actions} />
        <Replies message={message} actions={actions} />
      </div>
    )
  }
}

export function SenderName({ sender }: { sender: Sender }) {
  const badge = badgeOf(sender)
  return (
    <>
      <bdi class={`name ${hueOf(sender.id)}`}>{nameOf(sender)}</bdi>
      {badge !== '' && ' '}
      {badge !== '' && <span class="badge">{badge}</span>}
    </>
  )
}

function SenderLine({ message }: { message: ShownMessage }) {
  return (
    <p class="sender" title={message.sender.id}>
      <SenderName sender={message.sender} /> <Time message={message} />
    </p>
  )
}

function Time({ message: { sentAt } }: { message: ShownMessage }) {
  const date = new Date(sentAt)
  return (
    <time class="time" dateTime={sentAt} title={fullTime(date)}>
      {clockTime(date)}
    </time>
  )
}

function Context({ text, open }: { text: string; open: () => void }) {
  return (
    <button type="button" class="context" tabIndex={useTabIndex()} onClick={open}>
      <bdi>{text}</bdi>
    </button>
  )
}

function Body({ message, handle }: { message: ShownMessage; handle: string }) {
  if (message.deleted === true) return <p class="deleted">This message was deleted.</p>
  const text = textOf(message)
  return (
    <>
      {text === undefined ? (
        <Data json={JSON.stringify(message.data)} />
      ) : (
        <Text text={text} handle={handle} edited={message.edited !== undefined} />
      )}
      {message.edited !== undefined && <span class="edited visually-hidden">edited</span>}
    </>
  )
}

function Reactions({ message, actions }: { message: ShownMessage; actions: MessageActions }) {
  const { reactions = [] } = message
  const tabIndex = useTabIndex()
  if (reactions.length === 0) return null
  return (
    <ul class="reactions" aria-label="Reactions">
      {reactions.map(({ name, count, senders }) => {
        const mine = senders.includes(actions.me)
        const who = senders.map(actions.nameOf).join(', ')
        return (
          <li key={name}>
            <button
              type="button"
              class="reaction"
              tabIndex={tabIndex}
              aria-pressed={mine}
              title={count > senders.length ? `${who} and others` : who}
              onClick={() => actions.react(message, name)}
            >
              <bdi>{name}</bdi> {count}
            </button>
          </li>
        )
      })}
    </ul>
  )
}

function Replies({ message, actions }: { message: ShownMessage; actions: MessageActions }) {
  const count = message.replies?.count ?? 0
  const tabIndex = useTabIndex()
  if (count === 0 || !actions.opensThreads) return null
  return (
    <button
      type="button"
      class="replies"
      tabIndex={tabIndex}
      onClick={() => actions.thread(message)}
    >
      {count === 1 ? '1 reply' : `${count} replies`}
    </button>
  )
}
