// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web::internal {

/// The masking key of a frame, in the order in which it is sent.
using MaskingKey = std::array<unsigned char, 4>;

/// A key that nobody can foretell (RFC 6455, 5.3 and 10.3). Throws as random_bytes().
[[nodiscard]] EDDY_API MaskingKey new_masking_key();

/// Masks or unmasks `size` bytes in place: byte i by key[(offset + i) % 4], where `offset` bytes of
/// the frame came before. Source: RFC 6455, 5.3.
EDDY_API void apply_mask(char* data, std::size_t size, const MaskingKey& key,
                         std::size_t offset = 0) noexcept;

}  // namespace eddy::inline v0::web::internal
