// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/digest.h>
#include <eddy/core/base/hex.h>
#include <eddy/web/escape/escape.h>

namespace upload {

/// What is known of a file that has come: nothing of its content is kept.
class Received {
 public:
  Received(std::string name, std::string type) : name_(std::move(name)), type_(std::move(type)) {}

  void add(std::string_view piece) {
    bytes_ += piece.size();
    digest_.update(piece);
  }

  /// Once, at the end: {"name": ..., "type": ..., "bytes": ..., "sha256": ...}.
  std::string json() {
    return "{\"name\": " + eddy::web::json_string(name_) +
           ", \"type\": " + eddy::web::json_string(type_) +
           ", \"bytes\": " + std::to_string(bytes_) + ", \"sha256\": \"" +
           eddy::hex_encode(digest_.finish()) + "\"}";
  }

 private:
  std::string name_;
  std::string type_;
  std::uint64_t bytes_ = 0;
  eddy::Sha256 digest_;
};

}  // namespace upload
