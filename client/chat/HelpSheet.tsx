import { Dialog } from './Dialog.tsx'

const KEYS: [group: string, keys: [key: string, what: string][]][] = [
  [
    'Everywhere',
    [
      ['Ctrl+K', 'Find a channel'],
      ['Ctrl+Shift+F', 'Search messages'],
      ['Alt+↑ Alt+↓', 'Channel before or after'],
      ['Alt+Shift+↓', 'Next channel with unread messages'],
      ['Ctrl+/ or ?', 'This list'],
      ['Escape', 'Close what is open, and go to the message box'],
    ],
  ],
  [
    'Writing',
    [
      ['Enter', 'Send'],
      ['Shift+Enter', 'New line'],
      ['↑', 'Edit your last message, if the box is empty'],
      ['@', 'Mention somebody'],
      [':', 'Emoji by name'],
      ['Shift+Tab', 'From the box to the messages'],
    ],
  ],
  [
    'On a message',
    [
      ['↑ ↓ Home End', 'Another message'],
      ['R', 'Reply in a thread'],
      ['+', 'React'],
      ['E', 'Edit, if it is yours'],
      ['Delete', 'Delete, if it is yours'],
      ['L', 'Copy the link'],
      ['Tab', 'Its links and buttons'],
    ],
  ],
  [
    'Text',
    [
      ['**bold**  *slanted*  ~~struck~~', 'Form'],
      ['`code`  ```code block```', 'Code'],
      ['> quote  - list  1. list', 'Quotes and lists'],
    ],
  ],
]

/** Which keys do what. */
export function HelpSheet({ close }: { close: () => void }) {
  return (
    <Dialog title="Keyboard and text" id="help" close={close}>
      {KEYS.map(([group, keys]) => (
        <section key={group}>
          <h3>{group}</h3>
          <dl class="keys">
            {keys.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}
