/** The SDK of Causeway, for pages, services and devices. docs/sdk.md tells how it is used. */
export { Causeway, type CausewayOptions, type Renew } from './causeway.ts'
export { type Connection, type Reason, reasonText } from './connection.ts'
export { type ChannelEntry, channels } from './channels.ts'
export { exportHistory } from './exportHistory.ts'
export { fold, isChange, isUncertain } from './fold.ts'
export {
  type HistoryQuery,
  type Reaction,
  type ShownMessage,
  type ShownPage,
  history,
  historyPage,
  historyPages,
  messageAt,
} from './history.ts'
export {
  type JoinHandlers,
  type JoinOptions,
  JoinedChannel,
  type OpenStream,
} from './joinedChannel.ts'
export { Outbox, type OutboxOptions } from './outbox.ts'
export { OutboxFull } from './outboxQueue.ts'
export type { KeyValueStorage, Unsent } from './outboxStorage.ts'
export { Unreachable } from './request.ts'
export { Presence, presenceOf } from './presence.ts'
export { type Hit, type SearchQuery, search, searchPage } from './search.ts'
export { SharedSources, type SharedSourcesOptions, type TabChannel } from './sharedSources.ts'
export { Typing, type TypingOptions, sendSignal } from './signals.ts'
export { Stream, type StreamHandlers, type StreamOptions } from './stream.ts'
export type { Locks } from './tabLocks.ts'
export { type Gap, type Received, Timeline } from './timeline.ts'
export type { Message, Sender } from '../../contract/message.ts'
export type { PresenceEvent } from '../../contract/presence.ts'
export type { Signal } from '../../contract/signal.ts'
export { Problem, type ProblemType } from '../../contract/problem.ts'
