-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- wrk -s close.lua URL: a connection for each request.
wrk.headers["Connection"] = "close"
