-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- wrk -s post.lua URL -- BYTES: POST with a body of so many bytes.
function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/octet-stream"
  wrk.body = string.rep("x", tonumber(args[1]))
end
