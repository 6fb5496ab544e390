import { ProblemDetails } from '../../chassis/description/problems.ts'
import type { Operation } from '../../chassis/description/operation.ts'
import { requestBodyOf } from './bodies.ts'
import { parametersOf } from './parameters.ts'
import { headerComponents, responsesOf } from './responses.ts'
import { type Json, Schemas, sorted } from '../schemas.ts'
import { SECURITY, securitySchemes } from './security.ts'
import { DESCRIPTION, TAGS } from './texts.ts'

/** OpenAPI 3.1 of all services together. */
export function openApi(operations: readonly Operation[], version: string): Json {
  const schemas = new Schemas()
  const responses: Json = {}
  schemas.ofOutput(ProblemDetails)
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    const item = (paths[operation.path] ??= {})
    item[operation.method] = operationObject(operation, schemas, responses)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Causeway',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this document was served' }],
    tags: TAGS,
    paths,
    components: {
      schemas: schemas.components,
      responses: sorted(responses),
      headers: headerComponents(schemas),
      securitySchemes,
    },
  }
}

function operationObject(operation: Operation, schemas: Schemas, responses: Json): Json {
  const { id, tag, summary, description, credential } = operation
  const requestBody = requestBodyOf(operation, schemas)
  const parameters = parametersOf(operation, schemas)
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[credential],
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: responsesOf(operation, schemas, responses),
  }
}
