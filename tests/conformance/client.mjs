// Runs the suite's tests with the suite's own client and prints what it found, as JSON:
// {ID: {kind, depends_on, result}}, where result is true or [class, message].
//
//   node client.mjs SUITE BASE_URL [ID...]      without IDs all tests that are not for browsers alone
//
// The suite is the package of 2021 (client/, with a fetch that is handed in) or a checkout of its repository since (test-engine/).
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const kRequestSeconds = 15
// Tests spend nearly all of their time in pauses of three seconds: many at once keep the whole run short.
const kTestsAtOnce = 60

const [suite, baseUrl, ...ids] = process.argv.slice(2)
const ofToday = fs.existsSync(path.join(suite, 'test-engine'))
const load = name => import(pathToFileURL(path.join(suite, name)))

const groups = (await load('tests/index.mjs')).default
if (!ofToday) groups.push((await load('tests/surrogate-control.mjs')).default)
const wanted = test => test.browser_only !== true && (ids.length === 0 || ids.includes(test.id))
const selected = groups.map(group => ({ ...group, tests: group.tests.filter(wanted) }))

// The package was made for node-fetch, which sends what it is given. The fetch of node adds Cache-Control and Pragma of its own to
// a request without them that has a condition or asks for no-store. Values without meaning keep it from that; the suite of
// today does the same.
function plainFetch (url, init = {}) {
  const { cache, ...rest } = init
  const headers = [['Pragma', 'foo'], ['Cache-Control', 'nothing-to-see-here'], ...(init.headers || [])]
  return fetch(url, { ...rest, headers, signal: AbortSignal.timeout(kRequestSeconds * 1000) })
}

const runner = await load(ofToday ? 'test-engine/client/runner.mjs' : 'client/runner.mjs')
if (ofToday) await runner.runTests(selected, false, baseUrl, kTestsAtOnce)
else await runner.runTests(selected, plainFetch, false, baseUrl, kTestsAtOnce)

const results = runner.getResults()
const report = {}
for (const { tests } of selected) {
  for (const { id, kind = 'required', depends_on = [] } of tests) report[id] = { kind, depends_on, result: results[id] }
}
fs.writeSync(1, JSON.stringify(report))
process.exit(0) // whatever connection the client still keeps open
