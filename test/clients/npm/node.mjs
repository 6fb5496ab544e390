/** Runs one subscriber in Node: `node node.mjs NAME URL` prints a line `name<TAB>data` for each event that it is handed. */
const [name, url] = process.argv.slice(2)
const { default: subscribe } = await import(`./${name}.mjs`)

// Some libraries let the process end while they wait to reconnect.
setInterval(() => {}, 60_000)
await subscribe(url, (event, data) => process.stdout.write(`${event}\t${data}\n`))
