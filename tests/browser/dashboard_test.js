// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dashboard_test.js PROGRAM: the charts are drawn while the events come; when the program is begun anew they go on.

'use strict'

const assert = require('node:assert/strict')
const {startBrowser, startProgram} = require('./browser.js')

const PACE = '--pace=20'

async function points(page, least) {
  const lines = page.locator('polyline')
  await page.waitForFunction(
    count => [...document.querySelectorAll('polyline')].every(line => line.points.numberOfItems >= count), least)
  assert.equal(await lines.count(), 3)
  return lines.evaluateAll(all => all.map(line => [...line.points].map(point => [point.x, point.y])))
}

async function main() {
  const command = process.argv[2]
  let program = await startProgram(command, [PACE])
  const browser = await startBrowser()
  try {
    const page = await browser.context.newPage()
    const refused = []
    page.on('pageerror', error => { throw error })
    page.on('console', message => { if (/Content.Security.Policy/i.test(message.text())) refused.push(message.text()) })
    await page.goto(program.url)
    await page.locator('#state[data-open=true]').waitFor()
    for (const line of await points(page, 20)) {
      for (const [i, [x, y]] of line.entries()) {
        assert.ok(y >= 0 && y <= 100, `${y}`)
        if (i > 0) assert.equal(x, line[i - 1][0] + 1)
      }
    }
    assert.match(await page.locator('#memory_kib').textContent(), /^[0-9]+ KiB$/)
    assert.match(await page.locator('#late_ms').textContent(), /^[0-9]+\.[0-9]{2} ms$/)
    assert.match(await page.locator('#connections').textContent(), /^[1-9]/)
    await page.screenshot({path: 'dashboard.png'})

    const last = await page.locator('main').getAttribute('data-last')
    await program.stop()
    await page.locator('#state[data-open=false]').waitFor()
    program = await startProgram(command, [PACE, `--port=${new URL(program.url).port}`])
    await page.locator('#state[data-open=true]').waitFor()
    await page.waitForFunction(id => Number(document.querySelector('main').dataset.last) > id, Number(last))
    assert.deepEqual(refused, [], 'what the Content-Security-Policy refuses')
  } finally {
    await browser.stop()
    await program.stop()
  }
}

main().catch(error => { console.error(error); process.exitCode = 1 })
