/** A value of values.yaml with the comment above it. */
export interface DocumentedValue {
  path: string
  comment: string
}

/** Reads the comments of values.yaml: one belongs to the key right below it, at the same depth. */
export function readComments(values: string): DocumentedValue[] {
  const found: DocumentedValue[] = []
  const path: string[] = []
  let comment: string[] = []
  for (const line of values.split('\n')) {
    const [, words] = /^\s*# (.*)$/.exec(line) ?? []
    const [, indent, key] = /^( *)([A-Za-z_]+):/.exec(line) ?? []
    if (words !== undefined) comment.push(words)
    else {
      if (indent !== undefined && key !== undefined) {
        path.splice(indent.length / 2, path.length, key)
        if (comment.length > 0) found.push({ path: path.join('.'), comment: comment.join(' ') })
      }
      comment = []
    }
  }
  return found
}

/** The chart's README: how to install it, and a row for each value. `values` is values.yaml, read. */
export function chartReadme(text: string, values: unknown): string {
  const rows = readComments(text).map(
    ({ path, comment }) =>
      `| \`${path}\` | ${cell(`\`${JSON.stringify(at(values, path))}\``)} | ${cell(comment)} |`,
  )
  return `# causeway

The Helm chart of Causeway: ingest, bridge, gateway and the edge (nginx with the page), and optionally a broker. Postgres and
Redis are yours to bring. From nothing to production, step by step: [docs/deploy.md](../../docs/deploy.md).

\`\`\`
kubectl create secret generic causeway --from-literal=DATABASE_URL=… --from-literal=REDIS_URL=… --from-literal=MQTT_URL=… \\
  --from-literal=COPY_KEYS=$(openssl rand -hex 32)
helm install causeway charts/causeway --set secrets.existingSecret=causeway
helm test causeway
\`\`\`

It needs Kubernetes 1.30 or later. [ci/](ci) has the values of three sizes: \`laptop\`, \`small\` and \`ha\`.

This file is made from [values.yaml](values.yaml): \`npm run test:deploy -- --update\` writes it anew.

| value | default | meaning |
| --- | --- | --- |
${rows.join('\n')}
`
}

/** What a dotted path leads to. */
export function at(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    const inner: Record<string, unknown> = Object(value)
    return inner[key]
  }, values)
}

function cell(words: string): string {
  return words.replaceAll('|', '\\|')
}
