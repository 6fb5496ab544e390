import type { Credential, Operation } from '../../chassis/description/operation.ts'
import { problemsOf } from '../../chassis/description/problems.ts'
import { PROBLEMS } from '../../contract/problem.ts'
import { curlLines } from '../curl.ts'
import { requestOf } from '../requests.ts'
import type { Json } from '../schemas.ts'
import { html, type Markup } from './html.ts'
import { inline, markdown } from './markdown.ts'
import { memberView, schemaView } from './schemaView.ts'

/** Where `npm start` serves everything. */
const ORIGIN = 'http://localhost:8080'

const CREDENTIALS: Readonly<Record<Credential, string>> = {
  token: 'Needs an access token.',
  session: 'Needs the cookie of a session.',
  admin: 'Needs an access token, or the cookie of a session.',
  key: 'Needs an API key.',
  none: 'Needs no token.',
}

/** One operation: `described` is what the document says of it. */
export function operationView(operation: Operation, described: Json): Markup {
  const { id, method, path, summary, description, credential } = operation
  const { parameters = [], requestBody } = Object(described)
  return html`<section class="operation" id="${id}">
    <h3><a href="#${id}">${summary}</a></h3>
    <p class="line">
      <span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code>
    </p>
    ${description !== undefined && markdown(description)}
    <p class="credential">${CREDENTIALS[credential]}</p>
    ${parametersView(parameters)} ${requestBody !== undefined && bodyView(requestBody)}
    ${operation.examples.map((example) => {
      const lines = curlLines(requestOf(operation, example), ORIGIN)
      return html`<figure>
        <figcaption>${example.summary}</figcaption>
        <pre><code>${lines.join(' \\\n  ')}</code></pre>
      </figure>`
    })}
    ${answersView(operation, Object(described)['responses'])}
  </section>`
}

interface Parameter {
  name: string
  in: string
  required: boolean
  description?: string
  schema: Json
}

function parametersView(parameters: readonly Parameter[]): Markup {
  const places = [
    ['path', 'In the path'],
    ['query', 'In the query'],
    ['header', 'Headers'],
  ]
  return html`${places.map(([place, title = '']) => {
    const here = parameters.filter((each) => each.in === place)
    if (here.length === 0) return undefined
    return html`<h4>${title}</h4>
      <dl class="members">
        ${here.map(({ name, required, description, schema }) =>
          memberView(
            name,
            description === undefined ? schema : { description, ...schema },
            required,
          ),
        )}
      </dl>`
  })}`
}

function bodyView({ content }: { content: Record<string, { schema: Json }> }): Markup {
  return html`<h4>Body</h4>
    ${contentView(content)}`
}

function contentView(content: Record<string, { schema: Json }>): Markup {
  return html`${Object.entries(content).map(([mediaType, { schema }]) => {
    const { contentSchema } = Object(schema)
    return html`<p class="media">
        <code>${mediaType}</code>${contentSchema !== undefined && ', each line:'}
      </p>
      ${schemaView(contentSchema ?? schema)}`
  })}`
}

function answersView(operation: Operation, responses: Record<string, Json>): Markup {
  const problems = [...problemsOf(operation)]
  return html`<h4>Answers</h4>
    ${operation.answers.map(({ status, description, headers = [] }) => {
      const { content = {} } = Object(responses[status])
      return html`<div class="answer">
        <p><strong class="status">${status}</strong> ${inline(description)}</p>
        ${headers.length > 0 && html`<p class="quiet">Headers: ${headers.join(', ')}</p>`}
        ${contentView(content)}
      </div>`
    })}
    <details>
      <summary>Problems: ${problems.map(([status]) => status).join(', ')}</summary>
      <dl class="problems">
        ${problems.flatMap(([status, types]) =>
          types.map(
            (type) =>
              html`<div>
                <dt>
                  ${status} <a href="#problem-${type}"><code>${type}</code></a>
                </dt>
                <dd>${PROBLEMS[type].title}</dd>
              </div>`,
          ),
        )}
      </dl>
    </details>`
}
