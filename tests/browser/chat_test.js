// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// chat_test.js PROGRAM: two pages talk by long polling; a third is loaded anew while messages come; the program is
// ended and begun anew, and the pages go on, without a message lost or told twice.

'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const {startBrowser, startProgram} = require('./browser.js')

const said = page => page.locator('#heard li').allTextContents()

async function say(page, text) {
  await page.locator('#text').fill(text)
  await page.getByRole('button').click()
}

async function hears(page, texts) {
  await page.locator('#heard li').nth(texts.length - 1).waitFor()
  assert.deepEqual(await said(page), texts)
}

async function connected(page, yes = 'true') {
  await page.locator(`#state[data-open=${yes}]`).waitFor()
}

async function open(context, url, name) {
  const page = await context.newPage()
  page.on('pageerror', error => { throw error })
  await page.goto(`${url}/?name=${name}`)
  await connected(page)
  return page
}

async function main() {
  const command = process.argv[2]
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eddy-chat-'))
  const history = `--history=${path.join(folder, 'history')}`
  let program = await startProgram(command, [history])
  const browser = await startBrowser()
  try {
    const url = program.url.replace(/\/$/, '')
    const ada = await open(browser.context, url, 'Ada')
    const bob = await open(browser.context, url, 'Bob')
    await say(ada, 'Hello, Bob <b>!</b>')
    await hears(bob, ['AdaHello, Bob <b>!</b>'])
    await say(bob, 'Hello, Ada')
    const all = ['AdaHello, Bob <b>!</b>', 'BobHello, Ada']
    await hears(ada, all)

    // A third, in the middle of a stream of messages.
    const eve = await open(browser.context, url, 'Eve')
    await bob.bringToFront()  // clicks take a second elsewhere
    for (let i = 0; i < 20; ++i) {
      await say(bob, `${i}`)
      all.push(`Bob${i}`)
      await hears(bob, all)  // requests of their own may overtake each other
      if (i === 10) await eve.reload()
    }
    await connected(eve)
    for (const page of [ada, bob, eve]) await hears(page, all)

    // What is acknowledged is there after the program's end, whoever has heard it by then.
    const acknowledged = eve.waitForResponse(response => response.request().method() === 'POST')
    await say(eve, 'just before the end')
    assert.equal((await acknowledged).status(), 204)
    const port = new URL(url).port
    await program.stop()
    all.push('Evejust before the end')
    for (const page of [ada, bob, eve]) await connected(page, 'false')
    await say(ada, 'said to nobody')
    program = await startProgram(command, [`--port=${port}`, history])
    for (const page of [ada, bob, eve]) await connected(page)
    await say(bob, 'back again')
    for (const page of [ada, bob, eve]) {
      await page.locator('#heard li').nth(all.length + 1).waitFor()
      const now = await said(page)
      assert.deepEqual(now.slice(0, all.length), all)
      assert.deepEqual(now.slice(all.length).sort(), ['Adasaid to nobody', 'Bobback again'])
    }
    await eve.screenshot({path: 'chat.png'})
  } finally {
    await browser.stop()
    await program.stop()
    fs.rmSync(folder, {recursive: true})
  }
}

main().catch(error => { console.error(error); process.exitCode = 1 })
