import { Form, type Field } from '../account/Form.tsx'
import type { Chat } from '../chat.ts'
import { channelErrorText } from './channelLabels.ts'
import { type ChannelProfile, changeChannel } from '../../sdk/people.ts'

interface ProfileFormProps {
  chat: Chat
  profile: ChannelProfile
}

/** Changes how people call a channel, and what they read beside its name. */
export function ProfileForm({ chat, profile: { name, title, topic } }: ProfileFormProps) {
  const fields: Field[] = [
    { name: 'title', label: 'Title', type: 'text', autocomplete: 'off', value: title },
    {
      name: 'topic',
      label: 'Topic',
      type: 'text',
      autocomplete: 'off',
      value: topic,
      optional: true,
    },
  ]
  const send = async (values: Record<string, string>) => {
    const changed = { title: values.title ?? '', topic: values.topic ?? '' }
    chat.list.put(await changeChannel(chat.causeway, name, changed))
  }
  return (
    <details class="people-group profile">
      <summary>Title and topic</summary>
      <Form
        id="profile-form"
        fields={fields}
        submit="Save"
        send={send}
        errorText={channelErrorText}
      />
    </details>
  )
}
