import type { Chat } from './chat.ts'
import { useStores } from './store.ts'
import { typingText } from './timeline/company.ts'

/** Who types. Its room is always there, so that nothing moves. */
export function TypingLine({ chat: { company } }: { chat: Chat }) {
  useStores(company)
  return (
    <p id="typing" class="typing">
      <bdi>{typingText(company?.typing.people ?? [])}</bdi>
    </p>
  )
}
