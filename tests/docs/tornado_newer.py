# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Public names that Tornado has got since 6.2, up to 6.5, and the versions that brought them, by its release notes.

The Tornado that is installed may not have them. Those that it has are found there, too.
"""

NEWER = {
    "web": {
        "RequestHandler.get_signed_cookie": "6.3",
        "RequestHandler.get_signed_cookie_key_version": "6.3",
        "RequestHandler.set_signed_cookie": "6.3",
        "HTTPError.get_message": "6.5",
        "StaticFileHandler.allowed_symlink_directory": "6.5.9",
    },
    "settings": {
        "xsrf_cookie_name": "6.3",
    },
    "httputil": {
        "HTTP_WHITESPACE": "6.4.1",
        "ParseBodyConfig": "6.5.5",
        "ParseBodyConfig.multipart": "6.5.5",
        "ParseMultipartConfig": "6.5.5",
        "ParseMultipartConfig.enabled": "6.5.5",
        "ParseMultipartConfig.max_part_header_size": "6.5.5",
        "ParseMultipartConfig.max_parts": "6.5.5",
        "set_parse_body_config": "6.5.5",
        "ParseBodyConfig.urlencoded": "6.5.8",
        "ParseUrlEncodedConfig": "6.5.8",
        "ParseUrlEncodedConfig.max_arguments": "6.5.8",
    },
    "websocket": {
        "WebSocketProtocol13.ping_sleep_time": "6.5.2",
    },
}
