// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// file_upload_test.js PROGRAM: in a real browser a file of 20 MiB is uploaded, the bar moves meanwhile, and the page says
// what has arrived.

'use strict'

const assert = require('node:assert/strict')
const crypto = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const {runTest} = require('./browser.js')

const BYTES = 20 * 1024 * 1024

async function test(context, url, folder) {
  const page = await context.newPage()
  await page.goto(url)
  await page.getByRole('button', {name: 'Upload'}).click()
  assert.equal(await page.getByRole('alert').textContent(), 'Choose a file first')

  const content = crypto.randomBytes(BYTES)
  const file = path.join(folder, 'twenty.bin')
  fs.writeFileSync(file, content)
  const small = path.join(folder, 'small.txt')
  fs.writeFileSync(small, 'abc')
  await page.locator('#files').setInputFiles([file, small])
  await page.evaluate(() => {
    window.steps = []
    const bar = document.getElementById('progress')
    new MutationObserver(() => window.steps.push(bar.value)).observe(bar, {attributes: true})
  })
  // So slow that there is something to show.
  const network = await context.newCDPSession(page)
  await network.send('Network.emulateNetworkConditions',
    {offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: BYTES})
  await page.getByRole('button', {name: 'Upload'}).click()
  await page.locator('#received tr >> nth=1').waitFor()
  assert.equal(await page.getByRole('alert').textContent(), '')

  const cells = await page.locator('#received td').allTextContents()
  const digest = bytes => crypto.createHash('sha256').update(bytes).digest('hex')
  assert.deepEqual(cells, [
    'twenty.bin', `${BYTES} bytes`, digest(content), 'small.txt', '3 bytes', digest('abc'),
  ])
  const steps = await page.evaluate(() => window.steps)
  assert.ok(steps.some(step => step > 0 && step < 1), `it shows how far it is: ${steps}`)
  assert.equal(steps.at(-1), 1)
  assert.ok(steps.every((step, i) => i === 0 || step >= steps[i - 1]), `it never goes back: ${steps}`)
}

runTest(process.argv[2], async (context, program) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eddy-upload-'))
  try {
    await test(context, program.url, folder)
  } finally {
    fs.rmSync(folder, {recursive: true, force: true})
  }
})
