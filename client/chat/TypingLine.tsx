import { useStores } from './store.ts'
import { type Company, typingText } from './timeline/company.ts'

/** Who types. Its room is always there, so that nothing moves. */
export function TypingLine({ company }: { company: Company }) {
  useStores(company)
  return (
    <p id="typing" class="typing">
      <bdi>{typingText(company.typing.people)}</bdi>
    </p>
  )
}
