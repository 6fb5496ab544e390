import { Dialog } from './Dialog.tsx'
import { type Notifier, WISHES, type Wish } from './notifier.ts'
import { useStores } from './store.ts'

const LABELS: Record<Wish, string> = {
  none: 'Nothing',
  mentions: 'Mentions of me, and direct messages',
  all: 'All messages in my channels',
}

/** Asks what the person wants to be notified of. */
export function NotificationsDialog({
  notifier,
  close,
}: {
  notifier: Notifier
  close: () => void
}) {
  useStores(notifier)
  return (
    <Dialog title="Notifications" id="notifications" close={close}>
      <fieldset class="choices">
        <legend>While I do not look at this page, notify me of</legend>
        {WISHES.map((wish) => (
          <label key={wish}>
            <input
              type="radio"
              name="wish"
              checked={notifier.wish === wish}
              onChange={() => void notifier.choose(wish)}
            />
            <span>{LABELS[wish]}</span>
          </label>
        ))}
      </fieldset>
      {notifier.denied && (
        <p class="error" role="alert">
          This browser shows no notifications of this page. Allow them beside the address.
        </p>
      )}
    </Dialog>
  )
}
