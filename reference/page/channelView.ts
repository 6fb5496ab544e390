import type { FlowChannel, FlowMessage } from '../../chassis/description/channel.ts'
import type { Json } from '../schemas.ts'
import { html, type Markup } from './html.ts'
import { markdown } from './markdown.ts'
import { memberView, schemaView } from './schemaView.ts'

/** A stream or a topic: `described` are the messages of the document by their names. */
export function channelView(channel: FlowChannel, described: Record<string, Json>): Markup {
  const { id, over, address, title, description, action, parameters = {}, messages } = channel
  const badge = over === 'http' ? 'GET' : action === 'send' ? 'SUBSCRIBE' : 'PUBLISH'
  return html`<section class="operation" id="${id}">
    <h3><a href="#${id}">${title}</a></h3>
    <p class="line"><span class="method flow">${badge}</span> <code>${address}</code></p>
    ${markdown(description)} ${Object.keys(parameters).length > 0 && html`<h4>In the topic</h4>`}
    <dl class="members">
      ${Object.entries(parameters).map(([name, each]) => {
        const text = `${each.description}, like \`${each.examples[0]}\``
        return memberView(name, { type: 'string', description: text }, true)
      })}
    </dl>
    ${messages.map((each) => messageView(each, described[each.name] ?? {}, over))}
  </section>`
}

function messageView(message: FlowMessage, described: Json, over: FlowChannel['over']): Markup {
  const { name, summary, examples } = message
  const { headers, payload } = Object(described)
  return html`<section class="message" id="message-${name}">
    <h4>
      <a href="#message-${name}"><code>${name}</code></a>
    </h4>
    <p>${summary}.</p>
    ${
      headers !== undefined &&
      html`<h5>${over === 'http' ? 'Fields' : 'User properties'}</h5>
        ${schemaView(headers)}`
    }
    <h5>${over === 'http' ? 'Data' : 'Payload'}</h5>
    ${schemaView(payload ?? {})}
    ${examples.map(
      (example) =>
        html`<figure>
          <figcaption>${example.summary}</figcaption>
          <pre><code>${JSON.stringify(example.payload, undefined, 2)}</code></pre>
        </figure>`,
    )}
  </section>`
}
