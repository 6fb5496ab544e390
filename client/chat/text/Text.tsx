import { useState } from 'preact/hooks'
import { useStores } from '../store.ts'
import { emojiNames } from './emoji.ts'
import { type Block, type Inline, MAX_UNITS, allOf, beginningOf } from './markdown.ts'

/** A text with its form, or of a long one its beginning, and a button that shows all. */
export function Text({ text, handle }: { text: string; handle: string }) {
  const [all, setAll] = useState(false)
  const { blocks, complete } = all ? { blocks: allOf(text), complete: true } : beginningOf(text)
  return (
    <>
      <div class={text.length > MAX_UNITS ? 'text long' : 'text'} dir="auto">
        <Blocks blocks={blocks} handle={handle} />
      </div>
      {!complete && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show all
        </button>
      )}
    </>
  )
}

/** Data without a text, as code. */
export function Data({ json }: { json: string }) {
  const [all, setAll] = useState(false)
  const isLong = json.length > MAX_UNITS
  return (
    <>
      <div class={isLong ? 'text long' : 'text'}>
        <code>{all ? json : json.slice(0, MAX_UNITS)}</code>
      </div>
      {isLong && !all && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show all
        </button>
      )}
    </>
  )
}

function Blocks({ blocks, handle }: { blocks: readonly Block[]; handle: string }) {
  return blocks.map((block, at) => <BlockView key={at} block={block} handle={handle} />)
}

function BlockView({ block, handle }: { block: Block; handle: string }) {
  switch (block.is) {
    case 'paragraph':
      return (
        <p dir="auto">
          <Inlines of={block.of} handle={handle} />
        </p>
      )
    case 'heading':
      return (
        <p class="heading" dir="auto">
          <Inlines of={block.of} handle={handle} />
        </p>
      )
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.of} handle={handle} />
        </blockquote>
      )
    case 'code':
      return (
        <pre dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      )
    case 'rule':
      return <hr />
    case 'list': {
      const items = block.items.map((item, at) => (
        <li key={at} dir="auto">
          <Blocks blocks={item} handle={handle} />
        </li>
      ))
      return block.start === undefined ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>
    }
    case 'table':
      return (
        <div class="table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {block.head.map((cell, at) => (
                  <th key={at}>
                    <Inlines of={cell} handle={handle} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, line) => (
                <tr key={line}>
                  {row.map((cell, at) => (
                    <td key={at}>
                      <Inlines of={cell} handle={handle} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
  }
}

function Inlines({ of, handle }: { of: readonly Inline[]; handle: string }) {
  return of.map((inline, at) => <InlineView key={at} inline={inline} handle={handle} />)
}

function InlineView({ inline, handle }: { inline: Inline; handle: string }) {
  switch (inline.is) {
    case 'text':
      return inline.text
    case 'emphasis':
      return (
        <em>
          <Inlines of={inline.of} handle={handle} />
        </em>
      )
    case 'strong':
      return (
        <strong>
          <Inlines of={inline.of} handle={handle} />
        </strong>
      )
    case 'struck':
      return (
        <s>
          <Inlines of={inline.of} handle={handle} />
        </s>
      )
    case 'code':
      return <code>{inline.text}</code>
    case 'mention': {
      const isMe = inline.handle.toLowerCase() === handle.toLowerCase()
      return <span class={isMe ? 'mention me' : 'mention'}>{inline.text}</span>
    }
    case 'emoji':
      return <NamedEmoji name={inline.name} text={inline.text} />
    case 'link':
      return (
        <>
          <a href={inline.href} target="_blank" rel="noopener noreferrer">
            {inline.label}
          </a>
          {inline.address !== undefined && <span class="host"> ({inline.address})</span>}
        </>
      )
  }
}

function NamedEmoji({ name, text }: { name: string; text: string }) {
  useStores(emojiNames)
  const emoji = emojiNames.named(name)
  if (emoji === undefined) return text
  return (
    <span class="emoji" role="img" aria-label={text} title={text}>
      {emoji}
    </span>
  )
}
