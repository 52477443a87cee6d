// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/request_body.h>

#include <eddy/web/http/body_decoder.h>

namespace eddy::inline v0::web {

std::uint64_t RequestBody::bytes_read() const noexcept { return stream_.given(); }

HeaderList RequestBody::trailers() const noexcept { return stream_.decoder().trailers(); }

}  // namespace eddy::inline v0::web
