/** An element with a class and children. Text becomes text nodes only, so a person's text is never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  if (className !== '') node.className = className
  node.append(...children)
  return node
}

/** The element with this id. Throws if index.html has none of this type. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const node = document.getElementById(id)
  if (node instanceof type) return node
  throw new Error(`index.html has no ${type.name} #${id}`)
}
