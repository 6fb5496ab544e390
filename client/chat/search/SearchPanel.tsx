import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { Avatar } from '../Avatar.tsx'
import { emojiNames } from '../text/emoji.ts'
import { plainExcerpt } from '../text/plainText.ts'
import { SenderName } from '../timeline/MessageRow.tsx'
import { clockTime, dayName } from '../timeline/dateFormat.ts'
import { useStores } from '../store.ts'
import type { SearchState } from './searchState.ts'
import { hashOfPlace } from '../channelHash.ts'
import type { Hit } from '../../sdk/search.ts'

interface SearchPanelProps {
  search: SearchState
  title: (channel: string) => string
}

/** Looks for words in all messages that one may read; a hit leads to its message. */
export function SearchPanel({ search, title }: SearchPanelProps) {
  useStores(search)
  const box = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => box.current?.focus(), [])
  const { state, hits, more, q } = search
  return (
    <div class="panel-body">
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault()
          search.ask(box.current?.value ?? '')
        }}
      >
        <input
          ref={box}
          class="field"
          type="search"
          aria-label="Search all messages"
          placeholder="Words, “a phrase”, -without, beginning*"
          defaultValue={q}
          enterkeyhint="search"
        />
      </form>
      <p class="edge" role="status">
        {words(search)}
      </p>
      <ol class="hits" aria-label="Found messages">
        {hits.map((hit) => (
          <li key={hit.id}>
            <HitLink hit={hit} channel={title(hit.channel)} />
          </li>
        ))}
      </ol>
      {more && state === 'done' && (
        <p class="edge">
          <button type="button" onClick={() => void search.next()}>
            Show more
          </button>
        </p>
      )}
    </div>
  )
}

function HitLink({ hit, channel }: { hit: Hit; channel: string }) {
  const date = new Date(hit.sentAt)
  useStores(emojiNames)
  const parts = useMemo(() => plainExcerpt(hit.highlight), [hit, emojiNames.all])
  return (
    <a class="hit" href={hashOfPlace({ channel: hit.channel, position: hit.position })}>
      <Avatar sender={hit.sender} />
      <span class="hit-head">
        <SenderName sender={hit.sender} />
        <span class="time">
          {dayName(date, new Date())}, {clockTime(date)}
        </span>
      </span>
      <span class="hit-text" dir="auto">
        {parts.map(({ text, isHit }, at) => (isHit ? <mark key={at}>{text}</mark> : text))}
      </span>
      <span class="hit-channel">
        #<bdi>{channel}</bdi>
      </span>
    </a>
  )
}

function words({ state, hits, q }: SearchState): string {
  if (typeof state === 'object') return `The search failed. ${state.failure}`
  if (state === 'searching' && hits.length === 0) return 'Searching…'
  if (state === 'done' && hits.length === 0) return `Nothing was found for “${q}”.`
  return ''
}
