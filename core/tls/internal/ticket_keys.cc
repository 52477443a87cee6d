// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/internal/ticket_keys.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <new>

namespace eddy::inline v0::tls::internal {

namespace {

bool random(std::span<unsigned char> out) noexcept {
  return RAND_bytes(out.data(), static_cast<int>(out.size())) == 1;
}

bool set_mac(const TicketKeys::Key& key, EVP_MAC_CTX* mac) noexcept {
  // The interface of OpenSSL is not const, but the parameters are only read.
  auto* secret = const_cast<unsigned char*>(key.mac.data());
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret, key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

}  // namespace

TicketKeys::Key::~Key() {
  OPENSSL_cleanse(cipher.data(), cipher.size());
  OPENSSL_cleanse(mac.data(), mac.size());
}

std::optional<TicketKeys::Key> TicketKeys::newest(TimePoint now, Duration lifetime) noexcept try {
  const std::lock_guard lock(mutex_);
  drop_old(now, lifetime);
  if (keys_.empty() || now - keys_.back().made >= lifetime) {
    Key key;
    key.made = now;
    if (!random(key.name) || !random(key.cipher) || !random(key.mac)) return std::nullopt;
    keys_.push_back(key);
  }
  return keys_.back();
} catch (const std::bad_alloc&) {
  return std::nullopt;
}

std::optional<TicketKeys::Key> TicketKeys::find(std::span<const unsigned char> name, TimePoint now,
                                                Duration lifetime) noexcept {
  const std::lock_guard lock(mutex_);
  drop_old(now, lifetime);
  for (const Key& key : keys_) {
    if (std::equal(name.begin(), name.end(), key.name.begin(), key.name.end())) return key;
  }
  return std::nullopt;
}

void TicketKeys::drop_old(TimePoint now, Duration lifetime) noexcept {
  std::erase_if(keys_, [&](const Key& key) { return (now - key.made) / 2 >= lifetime; });
}

bool TicketKeys::seal(const Key& key, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac) noexcept {
  const EVP_CIPHER* aes = EVP_aes_256_cbc();
  return random({iv, static_cast<std::size_t>(EVP_CIPHER_get_iv_length(aes))}) &&
         EVP_EncryptInit_ex2(cipher, aes, key.cipher.data(), iv, nullptr) == 1 && set_mac(key, mac);
}

bool TicketKeys::open(const Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac) noexcept {
  return EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr) == 1 &&
         set_mac(key, mac);
}

}  // namespace eddy::inline v0::tls::internal
