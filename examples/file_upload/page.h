// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

inline constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>File upload</title>
<style>
  body { font: 16px sans-serif; max-width: 40em; margin: 1.5em auto; padding: 0 1em }
  progress { width: 100% }
  td { padding: .3em 1em .3em 0 }
</style>
</head>
<body>
<h1>Upload files</h1>
<form id="form">
  <input type="file" id="files" name="file" multiple> <button>Upload</button>
</form>
<progress id="progress" value="0" max="1"></progress>
<p id="trouble" role="alert"></p>
<table><tbody id="received"></tbody></table>
<script>
  const element = id => document.getElementById(id)

  function show(files) {
    for (const file of files) {
      const row = element('received').insertRow()
      for (const text of [file.name, file.bytes + ' bytes', file.sha256]) row.insertCell().textContent = text
    }
  }

  // fetch() tells nothing of an upload's progress.
  element('form').addEventListener('submit', event => {
    event.preventDefault()
    element('trouble').textContent = ''
    if (element('files').files.length === 0) {
      element('trouble').textContent = 'Choose a file first'
      return
    }
    const request = new XMLHttpRequest()
    request.upload.onprogress = ({loaded, total}) => { element('progress').value = loaded / total }
    request.onload = () => {
      if (request.status === 200) show(JSON.parse(request.responseText))
      else element('trouble').textContent = 'The server says ' + request.status
    }
    request.onerror = () => { element('trouble').textContent = 'The server does not answer' }
    request.open('POST', '/upload')
    request.send(new FormData(element('form')))
  })
</script>
</body>
</html>
)html";
