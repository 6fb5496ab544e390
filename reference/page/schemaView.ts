import type { Json } from '../schemas.ts'
import { html, type Markup } from './html.ts'
import { inline } from './markdown.ts'

const COMPONENTS = '#/components/schemas/'

/** A JSON Schema for people: its type, and its members one below the other. */
export function schemaView(schema: Json): Markup {
  const { items, properties, anyOf } = members(schema)
  if (items !== undefined && !('$ref' in schema)) {
    return html`<p class="type">${typeOf(schema)}</p>
      ${isShown(items) && schemaView(items)}`
  }
  if (properties !== undefined) return membersView(schema, properties)
  const shown = anyOf?.filter((each) => members(each).properties !== undefined) ?? []
  if (shown.length === 0) return html`<p class="type">${typeOf(schema)}</p>`
  return html`<p class="type">${typeOf(schema)}</p>
    ${shown.map((each) => html`<div class="choice">${schemaView(each)}</div>`)}`
}

/** Whether more is to be said than its type. */
function isShown(schema: Json): boolean {
  const { properties, anyOf } = members(schema)
  return properties !== undefined || anyOf !== undefined
}

function membersView(schema: Json, properties: Record<string, Json>): Markup {
  const required: unknown[] = Object(schema['required'] ?? [])
  return html`<dl class="members">
    ${Object.entries(properties).map(([name, each]) =>
      memberView(name, each, required.includes(name)),
    )}
  </dl>`
}

/** One member, or one parameter. */
export function memberView(name: string, schema: Json, isRequired: boolean): Markup {
  const description = descriptionOf(schema)
  const inner = 'items' in schema ? Object(schema['items']) : schema
  return html`<div>
    <dt>
      <code>${name}</code>
      <span class="type">${typeOf(schema)}</span
      >${!isRequired && html` <span class="optional">optional</span>`}
    </dt>
    <dd>
      ${description !== undefined && html`<p>${inline(sentence(description))}</p>`}
      ${!('$ref' in inner) && isShown(inner) && schemaView(inner)}
    </dd>
  </div>`
}

/** What a schema says of itself. */
export function descriptionOf({ description }: Json): string | undefined {
  return typeof description === 'string' ? description : undefined
}

function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`
}

interface Members {
  items: Json | undefined
  properties: Record<string, Json> | undefined
  anyOf: Json[] | undefined
}

function members(schema: Json): Members {
  const { items, properties, anyOf } = Object(schema)
  return { items, properties, anyOf }
}

/** In a few words; a schema with a name is a link to it. */
function typeOf(schema: Json): Markup {
  const { $ref, type, enum: words, const: value, items, format, pattern, anyOf } = Object(schema)
  if (typeof $ref === 'string') {
    const name = $ref.slice(COMPONENTS.length)
    return html`<a href="#schema-${name}">${name}</a>`
  }
  if (words !== undefined)
    return html`${join(
      words.map((word: unknown) => code(word)),
      ' | ',
    )}`
  if (value !== undefined) return code(value)
  if (items !== undefined && type === 'array')
    return html`list of ${typeOf(items)}${boundsOf(schema)}`
  if (anyOf !== undefined && type === undefined) return html`${join(anyOf.map(typeOf), ' or ')}`
  const types = [type ?? 'any JSON'].flat().join(' or ')
  const more = format ?? (isShort(pattern) ? pattern : undefined)
  return html`${types}${more !== undefined && html` <code>${more}</code>`}${boundsOf(schema)}`
}

function isShort(pattern: unknown): boolean {
  return typeof pattern === 'string' && pattern.length <= 40
}

function code(value: unknown): Markup {
  return html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`
}

function join(parts: readonly Markup[], between: string): Markup[] {
  return parts.flatMap((part, at) => (at === 0 ? [part] : [html`${between}`, part]))
}

/** Bounds and a default, where they say something. */
function boundsOf(schema: Json): Markup {
  const { minimum, maximum, maxLength, minItems, maxItems, default: usual } = Object(schema)
  const isBounded = maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER
  const said = [
    isBounded && `${minimum ?? 0} to ${maximum}`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    maxItems !== undefined && `${minItems ?? 0} to ${maxItems}`,
    usual !== undefined && usual !== '' && `default ${usual}`,
  ].filter((each) => each !== false)
  return html`${said.length > 0 && `, ${said.join(', ')}`}`
}
