// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// watched_page.js URL: opens a page and says what it shows, a JSON text a line, whenever that has changed; ends with its
// input. The page is never loaded from here again.

'use strict'

const readline = require('node:readline')
const {startBrowser} = require('./browser.js')

async function main() {
  const browser = await startBrowser()
  const page = await browser.context.newPage()
  let shown = ''
  const look = async () => {
    const text = await page.evaluate(() => document.body.innerText).catch(() => shown)
    if (text !== shown) console.log(JSON.stringify(shown = text))
  }
  page.on('load', look)
  await page.exposeFunction('pageHasChanged', look)
  await page.addInitScript(() => {
    const watch = () => new MutationObserver(() => window.pageHasChanged())
      .observe(document.documentElement, {subtree: true, childList: true, characterData: true})
    document.addEventListener('DOMContentLoaded', watch)
  })
  await page.goto(process.argv[2])
  await new Promise(resolve => readline.createInterface({input: process.stdin}).once('close', resolve))
  await browser.stop()
}

main().catch(error => { console.error(error); process.exit(1) })
