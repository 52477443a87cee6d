// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <crypt.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include <eddy/core/base/secrets.h>
#include <examples/blog/password.h>

namespace blog {

namespace {

/// What crypt(3) makes of it; empty where it can't.
std::string crypt_text(const std::string& password, const std::string& setting) {
  const auto room = std::make_unique<crypt_data>();  // 32 KiB
  const char* const text = ::crypt_rn(password.c_str(), setting.c_str(), room.get(), sizeof *room);
  return text == nullptr ? std::string() : text;
}

}  // namespace

std::string hash_password(const std::string& password) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  const char* const made = ::crypt_gensalt_rn("$y$", 0, nullptr, 0, setting, sizeof setting);
  std::string hash = made == nullptr ? std::string() : crypt_text(password, made);
  if (hash.empty()) throw std::system_error(errno, std::generic_category(), "crypt");
  return hash;
}

bool is_password(const std::string& password, const std::string& hash) {
  const std::string again = crypt_text(password, hash);
  return !again.empty() && eddy::constant_time_equal(again, hash);
}

}  // namespace blog
