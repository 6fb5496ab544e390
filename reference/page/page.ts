import type { FlowChannel } from '../../chassis/description/channel.ts'
import type { Operation } from '../../chassis/description/operation.ts'
import { PROBLEMS } from '../../contract/problem.ts'
import { DESCRIPTION, TAGS } from '../openapi/texts.ts'
import type { Json } from '../schemas.ts'
import { channelView } from './channelView.ts'
import { html, type Markup } from './html.ts'
import { inline, markdown } from './markdown.ts'
import { operationView } from './operationView.ts'
import { descriptionOf, schemaView } from './schemaView.ts'

interface Documents {
  operations: readonly Operation[]
  channels: readonly FlowChannel[]
  openApi: Json
  asyncApi: Json
}

/** The page for people: everything of both documents. It has no script, so it works under the strictest policy. */
export function page({ operations, channels, openApi, asyncApi }: Documents): string {
  const { info, paths, components } = Object(openApi)
  const flows = Object(asyncApi)['components']
  const schemas: Record<string, Json> = { ...flows.schemas, ...components.schemas }
  const parts = TAGS.map((tag) => ({
    ...tag,
    anchor: `tag-${tag.name.toLowerCase().replaceAll(' ', '-')}`,
    operations: operations.filter((operation) => operation.tag === tag.name),
  }))
  const navigation = html`<nav aria-label="Contents">
    ${parts.map(
      ({ name, anchor, operations: own }) =>
        html`<a class="part" href="#${anchor}">${name}</a>
          <ul>
            ${own.map(
              ({ id, method, summary }) =>
                html`<li>
                  <a href="#${id}"><span class="method ${method}">${method}</span>${summary}</a>
                </li>`,
            )}
          </ul>`,
    )}
    <a class="part" href="#flows">Streams and topics</a>
    <ul>
      ${channels.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ul>
    <a class="part" href="#problems">Problems</a>
    <a class="part" href="#schemas">Schemas</a>
  </nav>`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Causeway: the API</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/reference/style.css" />
        <link rel="stylesheet" href="/reference/parts.css" />
      </head>
      <body>
        <header>
          <a class="home" href="/"><img src="/icon.svg" alt="" width="28" height="28" />Causeway</a>
          <span class="quiet">API ${info.version}</span>
          <a href="/openapi.json">openapi.json</a>
          <a href="/asyncapi.json">asyncapi.json</a>
        </header>
        <details class="menu">
          <summary>Contents</summary>
          ${navigation}
        </details>
        <div class="wide">${navigation}</div>
        <main>
          <h1>The API</h1>
          ${markdown(DESCRIPTION)}
          ${parts.map(
            ({ name, anchor, description, operations: own }) =>
              html`<h2 id="${anchor}"><a href="#${anchor}">${name}</a></h2>
                <p>${inline(description)}</p>
                ${own.map((each) => operationView(each, paths[each.path][each.method]))}`,
          )}
          <h2 id="flows"><a href="#flows">Streams and topics</a></h2>
          <p>${inline('What `/asyncapi.json` says, for people.')}</p>
          ${channels.map((each) => channelView(each, flows.messages))}
          <h2 id="problems"><a href="#problems">Problems</a></h2>
          ${problemsView()}
          <h2 id="schemas"><a href="#schemas">Schemas</a></h2>
          ${Object.entries(schemas).map(
            ([name, schema]) =>
              html`<section class="operation" id="schema-${name}">
                <h3><a href="#schema-${name}">${name}</a></h3>
                ${markdown(descriptionOf(schema) ?? '')} ${schemaView(schema)}
              </section>`,
          )}
        </main>
      </body>
    </html>`.text
}

function problemsView(): Markup {
  return html`<dl class="problems">
    ${Object.entries(PROBLEMS).map(
      ([type, { status, title, retry }]) =>
        html`<div id="problem-${type}">
          <dt>${status} <code>/problems/${type}</code></dt>
          <dd>${title}.${retry && ' The request may be repeated.'}</dd>
        </div>`,
    )}
  </dl>`
}
