import { useRef } from 'preact/hooks'
import { Icon, type IconName } from './Icon.tsx'

interface MenuItem {
  label: string
  press: () => void
}

interface MenuProps {
  icon: IconName
  label: string
  items: readonly MenuItem[]
}

/** A button, and the list that it opens below it. The browser closes it by Escape, or by a press elsewhere. */
export function Menu({ icon, label, items }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const place = () => {
    const { bottom = 0, right = 0 } = button.current?.getBoundingClientRect() ?? {}
    const { style } = list.current ?? {}
    style?.setProperty('top', `${bottom + 4}px`)
    style?.setProperty('right', `${document.documentElement.clientWidth - right}px`)
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        popovertarget="menu"
        onClick={place}
      >
        <Icon name={icon} />
      </button>
      <div id="menu" class="menu" ref={list} popover="auto">
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            onClick={() => {
              list.current?.hidePopover()
              button.current?.focus()
              item.press()
            }}
          >
            {item.label}
          </button>
        ))}
      </div>
    </>
  )
}
