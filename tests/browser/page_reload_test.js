// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// page_reload_test.js PROGRAM: a page of a program that is being developed shows why it can't be built, and loads anew by
// itself when it has been.

'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const {startBrowser, startProgram} = require('./browser.js')

/** The program begins anew at the port that it had. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function test(context, url, files) {
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => { if (message.text().includes('Content Security Policy')) complaints.push(message.text()) })
  await page.goto(url)
  await page.evaluate(() => { window.first = true })
  const problem = page.locator('#eddy-problem')

  fs.writeFileSync(files.script, 'echo "page.html:3: <b>pears</b>"; exit 1')
  fs.writeFileSync(files.watched, '1')
  await problem.waitFor()
  assert.equal(await problem.textContent(), 'page.html:3: <b>pears</b>\n')

  fs.writeFileSync(files.script, 'echo "page.html:4: plums"; exit 1')
  fs.writeFileSync(files.watched, '2')
  await problem.filter({hasText: 'plums'}).waitFor()

  fs.writeFileSync(files.script, 'exit 0')
  fs.writeFileSync(files.watched, '3')
  await problem.waitFor({state: 'detached'})
  assert.equal(await page.evaluate(() => window.first), true, 'nothing has been built: the page is the same')

  const loaded = page.waitForEvent('load')
  fs.copyFileSync(files.program, `${files.program}.new`)
  fs.renameSync(`${files.program}.new`, files.program)
  await loaded
  assert.equal(await page.evaluate(() => window.first), undefined, 'the page is a new one')
  assert.equal(await page.locator('h1').textContent(), 'Shop')

  // That one waits for news as well.
  fs.writeFileSync(files.script, 'echo again; exit 1')
  fs.writeFileSync(files.watched, '4')
  await problem.waitFor()
  assert.deepEqual(complaints, [])
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eddy-reload-'))
  try {
    const files = {
      program: path.join(folder, 'program'), watched: path.join(folder, 'templates', 'page.html'),
      script: path.join(folder, 'build.sh'),
    }
    fs.mkdirSync(path.dirname(files.watched))
    fs.copyFileSync(process.argv[2], files.program)
    const program = await startProgram(files.program, [String(await freePort()), path.dirname(files.watched), files.script])
    try {
      const browser = await startBrowser()
      try {
        await test(browser.context, program.url, files)
      } finally {
        await browser.stop()
      }
    } finally {
      await program.stop()
    }
  } finally {
    fs.rmSync(folder, {recursive: true, force: true})
  }
}

main().catch(error => {
  console.error(error)
  process.exitCode = 1
})
