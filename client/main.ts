import { Api } from './api.ts'
import { channelOfHash, channelOfInput, hashOfChannel } from './channelHash.ts'
import { ChatView } from './chatView.ts'
import { ComposerView } from './composerView.ts'
import { FieldView } from './fieldView.ts'
import { Identity } from './identity.ts'
import { Room } from './room.ts'

const base = document.baseURI.replace(/[?#].*$/, '')
const identity = new Identity(storage())
const api = new Api({ base, sender: () => identity.sender })
const view = new ChatView(() => identity.sender)
let room = enter()

const composer = new ComposerView((text) => {
  view.follow()
  return room.send(text)
})
const channelField = new FieldView('channel', (text) => {
  location.hash = hashOfChannel(channelOfInput(text))
  // If the channel is open already, no hashchange follows.
  channelField.show(room.channel)
})
const nameField = new FieldView('name', (text) => {
  identity.rename(text)
  nameField.show(identity.sender.name)
})

function enter(): Room {
  const me = identity.sender.id
  return new Room(api, base, channelOfHash(location.hash), me, {
    connection: (connection) => view.connection(connection),
    change: () => view.draw(),
    arrived: (message) => view.arrived(message.sender.id === me),
  })
}

function show(): void {
  view.enter(room)
  channelField.show(room.channel)
  nameField.show(identity.sender.name)
  composer.show(room.channel)
  composer.focus()
}

/** Merely reading `localStorage` throws if the browser denies access. */
function storage(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}

window.addEventListener('hashchange', () => {
  if (channelOfHash(location.hash) === room.channel) return
  room.leave()
  room = enter()
  show()
})
window.addEventListener('online', () => room.network('online'))
window.addEventListener('offline', () => room.network('offline'))
document.addEventListener('visibilitychange', () => room.check())
show()
