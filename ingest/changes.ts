import type { Request, RequestHandler } from 'express'
import type { Route } from '../chassis/route.ts'
import { pointer } from '../chassis/pointer.ts'
import { MAX_REACTION_BYTES, type Relation } from '../contract/about.ts'
import { DEFAULT_TYPE } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { type Content, parseEdit } from './draft.ts'
import { positionParameter } from './positionParameter.ts'
import { createPostMessage, type PostMessageOptions } from './postMessage.ts'
import { isReaction } from './relation.ts'

type Handlers = Omit<Route, 'path'>

/** The doors for changes of a message: each posts one message about it, and answers that one, as a post does. */
export function changeRoutes(
  options: PostMessageOptions,
): Record<'message' | 'reaction', Handlers> {
  const react = (as: Relation): RequestHandler =>
    createPostMessage(options, {
      hasBody: false,
      read: ({ params }) => about(params, as, JSON.stringify(nameParameter(params['name']))),
    })
  return {
    message: {
      patch: createPostMessage(options, {
        hasBody: true,
        read: ({ params }, body) => parseEdit(body, positionParameter(params['position'])),
      }),
      delete: createPostMessage(options, {
        hasBody: false,
        read: ({ params }) => about(params, 'delete', 'null'),
      }),
    },
    reaction: { put: react('reaction'), delete: react('unreaction') },
  }
}

function about(params: Request['params'], as: Relation, data: string): Content {
  const position = positionParameter(params['position'])
  return { type: DEFAULT_TYPE, about: { position, as }, data }
}

function nameParameter(name: unknown): string {
  if (isReaction(name)) return name
  const detail = `expected 1 to ${MAX_REACTION_BYTES} bytes without control characters`
  throw new Problem('invalid-parameter', undefined, {
    errors: [{ pointer: pointer(['name']), detail }],
  })
}
