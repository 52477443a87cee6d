// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Asio as namespace examples::asio, whichever of the two is there.

#if defined(ASIO_STANDALONE)
#  include <asio.hpp>

namespace examples {
namespace asio = ::asio;
}
#else
#  include <boost/asio.hpp>

namespace examples {
namespace asio = ::boost::asio;
}
#endif
