// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

class Request;
struct Settings;

/// Whether a request may change something, or open a WebSocket: whether it is of a page of this
/// site, of a page whose origin is among Settings::origins, or of no page at all.
///
/// A page is of this site when its origin (the Origin field, RFC 6454, 7; Sec-WebSocket-Origin of
/// old clients) has the host and the port that the request is for, in whatever case and with the
/// scheme's own port written or not, and when it was not loaded without encryption where the
/// request is encrypted. So `null`, the origin of sandboxed pages and of files, is of no site.
///
/// Without an Origin the request is of a page of another site only if Sec-Fetch-Site says so:
/// browsers send one or the other with whatever is no plain navigation, and programs neither. What
/// a name of another site that leads here could pretend (DNS rebinding) is not seen by this, but by
/// Settings::check_host.
///
/// Reads Settings::origins anew each time; an Application does it once. Throws
/// std::invalid_argument for an entry that is no origin, as the Application does.
/// Source: tornado.websocket.WebSocketHandler.check_origin.
[[nodiscard]] EDDY_API bool check_origin(const Request& request, const Settings& settings);

}  // namespace eddy::inline v0::web
