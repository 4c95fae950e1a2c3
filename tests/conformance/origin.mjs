// The suite's origin server, on a loopback port of our choice: its own handlers behind a server of ours, because the suite's server
// listens on every interface.
//
//   node origin.mjs SERVER_FOLDER PORT
//
// /config, /test and /state are the suite's; any other path answers 200, for the driver to see that it is up.
import http from 'node:http'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, port] = process.argv.slice(2)
const load = async name => (await import(pathToFileURL(path.join(folder, name)))).default
const handlers = {
  config: await load('handle-config.mjs'),
  test: await load('handle-test.mjs'),
  state: await load('handle-state.mjs')
}

const server = http.createServer((request, response) => {
  const [kind, ...segments] = new URL(request.url, 'http://localhost/').pathname.slice(1).split('/')
  if (Object.hasOwn(handlers, kind)) handlers[kind](segments, request, response)
  else response.end()
})
server.listen(Number(port), '127.0.0.1')
