/** An element with a class and children. Text goes in as text nodes only, so nothing that a person wrote is ever markup. */
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

/** The element of the page with this id, which index.html must have. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const node = document.getElementById(id)
  if (node instanceof type) return node
  throw new Error(`index.html has no ${type.name} #${id}`)
}
