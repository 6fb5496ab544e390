import { useState } from 'preact/hooks'
import { Form, type Field } from '../account/Form.tsx'
import { channelOfInput } from '../channelHash.ts'
import { createAndEnter } from '../channelActions.ts'
import type { Chat } from '../chat.ts'
import { Dialog } from '../Dialog.tsx'
import { channelErrorText } from './channelLabels.ts'
import { PersonPicker } from './PersonPicker.tsx'
import type { NewChannel as Wanted, Person } from '../../sdk/people.ts'

type Kind = Wanted['kind']

interface NewChannelProps {
  chat: Chat
  close: () => void
}

const KINDS: { kind: Kind; title: string; hint: string }[] = [
  { kind: 'direct', title: 'Direct message', hint: 'For you and one to seven others.' },
  { kind: 'private', title: 'Private channel', hint: 'Only its members see it.' },
  { kind: 'public', title: 'Public channel', hint: 'Whoever may read channels finds it.' },
]

const TITLE: Field = { name: 'title', label: 'Title', type: 'text', autocomplete: 'off' }

const NAME: Field = {
  name: 'name',
  label: 'Name',
  type: 'text',
  autocomplete: 'off',
  hint: 'Letters and digits, with - and _, and dots between words: rooms.berlin',
}

/** Asks for a new channel, or for the people to write to. Without accounts, a name is all that a channel needs. */
export function NewChannel({ chat, close }: NewChannelProps) {
  const [kind, setKind] = useState<Kind>(chat.accounts ? 'direct' : 'public')
  const [people, setPeople] = useState<readonly Person[]>([])
  const principals = people.map(({ principal }) => principal)
  const send = async ({ name = '', title = '' }: Record<string, string>) => {
    const channel = channelOfInput(name)
    const wanted: Record<Kind, () => Wanted> = {
      direct: () => ({ kind: 'direct', people: principals }),
      private: () => ({ kind: 'private', title, members: principals }),
      public: () => ({ kind: 'public', name: channel, title }),
    }
    if (chat.accounts) await createAndEnter(chat, wanted[kind]())
    else chat.go({ channel })
    close()
  }
  const fields: Record<Kind, Field[]> = {
    direct: [],
    private: [TITLE],
    public: chat.accounts ? [NAME, TITLE] : [NAME],
  }
  return (
    <Dialog title="New channel or message" id="new-channel" close={close}>
      {chat.accounts && (
        <fieldset class="choices">
          <legend class="visually-hidden">Kind</legend>
          {KINDS.map((each) => (
            <label key={each.kind}>
              <input
                type="radio"
                name="kind"
                checked={each.kind === kind}
                onChange={() => setKind(each.kind)}
              />
              <span>
                {each.title} <span class="hint">{each.hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {kind !== 'public' && <PersonPicker chat={chat} people={people} choose={setPeople} />}
      <Form
        key={kind}
        id="new-channel-form"
        fields={fields[kind]}
        submit={kind === 'direct' ? 'Write to them' : 'Create the channel'}
        send={send}
        errorText={channelErrorText}
      />
    </Dialog>
  )
}
