// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web::internal {

/// The masking key of a frame, in the order in which it is sent.
using MaskingKey = std::array<unsigned char, 4>;

/// Masks or unmasks `size` bytes in place: byte i by key[(offset + i) % 4], where `offset` bytes of
/// the frame came before. Source: RFC 6455, 5.3.
EDDY_API void apply_mask(char* data, std::size_t size, const MaskingKey& key,
                         std::size_t offset = 0) noexcept;

}  // namespace eddy::inline v0::web::internal
