// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a context says of certificates and keys that are not right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tests/core/temporary_folder.h>
#include <tests/core/tls/memory_peers.h>

namespace {

using eddy::LogLevel;
using eddy::core_test::TemporaryFolder;
using eddy::tls::Certificate;
using eddy::tls::ClientCertificates;
using eddy::tls::Errc;
using eddy::tls::ServerContext;
using eddy::tls::ServerContextOptions;
using eddy_tests::Contexts;
using eddy_tests::localhost_options;
using eddy_tests::MadeCertificate;
using eddy_tests::MemoryPeers;
using eddy_tests::test_authority;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

/// What a context of these options says is wrong.
struct Refusal {
  std::error_code code;
  std::string text;
};

Refusal refusal_of(const ServerContextOptions& options) {
  Refusal refusal;
  try {
    const ServerContext context(options);
  } catch (const std::system_error& error) {
    refusal = {error.code(), error.what()};
  }
  // The form without exceptions says the same.
  std::error_code code;
  const ServerContext context(options, code);
  EXPECT_EQ(code, refusal.code);
  return refusal;
}

Refusal refusal_of(const Certificate& certificate) {
  return refusal_of(ServerContextOptions{.certificates = {certificate}});
}

class Loading : public testing::Test {
 protected:
  const MadeCertificate made_ = test_authority().issue();
  const TemporaryFolder folder_;
  const std::string certificate_ = folder_.write("server.pem", made_.certificate);
  const std::string key_ = folder_.write("server.key", made_.key);
};

TEST_F(Loading, TakesFilesAndTextAndBothInOne) {
  EXPECT_FALSE(refusal_of(Certificate{.file = certificate_, .key_file = key_}).code);
  EXPECT_FALSE(refusal_of(made_.as_text()).code);
  EXPECT_FALSE(refusal_of(Certificate{.pem = made_.certificate + made_.key}).code);
  EXPECT_FALSE(
      refusal_of(Certificate{.file = folder_.write("both", made_.key + made_.certificate)}).code);
  EXPECT_FALSE(refusal_of(Certificate{.file = certificate_, .key_pem = made_.key}).code);
}

TEST_F(Loading, NoCertificateIsAnError) {
  EXPECT_EQ(refusal_of(ServerContextOptions{}).code, Errc::no_certificate);
  EXPECT_EQ(refusal_of(Certificate{}).code, Errc::no_certificate);
}

TEST_F(Loading, AMissingFileIsNamed) {
  Refusal refusal = refusal_of(Certificate{.file = folder_ / "none.pem", .key_file = key_});
  EXPECT_EQ(refusal.code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(refusal.text, "certificate " + (folder_ / "none.pem") + ": No such file or directory");
  refusal = refusal_of(Certificate{.file = certificate_, .key_file = folder_ / "none.key"});
  EXPECT_EQ(refusal.text, "key " + (folder_ / "none.key") + ": No such file or directory");
  refusal = refusal_of(Certificate{.file = folder_ / "", .key_file = key_});
  EXPECT_EQ(refusal.code, std::errc::is_a_directory);
}

TEST_F(Loading, WhatIsNotPemIsNamed) {
  const std::string junk = folder_.write("junk", "this is no certificate");
  Refusal refusal = refusal_of(Certificate{.file = junk, .key_file = key_});
  EXPECT_EQ(refusal.code, Errc::not_pem);
  EXPECT_EQ(refusal.text, "certificate " + junk + ": it has no PEM block of this kind");
  EXPECT_EQ(refusal_of(Certificate{.file = certificate_, .key_file = junk}).text,
            "key " + junk + ": it has no PEM block of this kind");
  EXPECT_EQ(refusal_of(Certificate{.file = certificate_}).text,
            "key in certificate " + certificate_ + ": it has no PEM block of this kind");
  EXPECT_EQ(refusal_of(Certificate{.file = key_, .key_file = key_}).code, Errc::not_pem);
  EXPECT_EQ(refusal_of(Certificate{.pem = "junk", .key_pem = made_.key}).text,
            "certificate given as text: it has no PEM block of this kind");
}

TEST_F(Loading, ADamagedBlockIsAnError) {
  std::string damaged = made_.certificate;
  damaged.replace(28, 8, "AAAAAAAA");
  EXPECT_EQ(refusal_of(Certificate{.pem = damaged, .key_pem = made_.key}).code, Errc::malformed);
  const std::string half = made_.certificate.substr(0, made_.certificate.size() / 2);
  EXPECT_EQ(refusal_of(Certificate{.pem = half, .key_pem = made_.key}).code, Errc::malformed);
  EXPECT_EQ(refusal_of(Certificate{.pem = made_.certificate + half, .key_pem = made_.key}).code,
            Errc::malformed)
      << "in the chain";
}

TEST_F(Loading, AKeyOfAnotherCertificateIsAnError) {
  const std::string other = folder_.write("other.key", test_authority().issue().key);
  const Refusal refusal = refusal_of(Certificate{.file = certificate_, .key_file = other});
  EXPECT_EQ(refusal.code, Errc::key_mismatch);
  EXPECT_EQ(refusal.text, "key " + other + " for certificate " + certificate_ +
                              ": the key does not match the certificate");
}

TEST_F(Loading, AnEncryptedKeyNeedsItsPassword) {
  const std::string key = folder_.write("secret.key", eddy_tests::encrypt_key(made_.key, "open"));
  Certificate certificate{.file = certificate_, .key_file = key};
  EXPECT_EQ(refusal_of(certificate).code, Errc::encrypted_key);
  EXPECT_THAT(refusal_of(certificate).text, StartsWith("key " + key + ": the key is encrypted"));
  certificate.key_password = "shut";
  EXPECT_EQ(refusal_of(certificate).code, Errc::encrypted_key);
  certificate.key_password = "open";
  EXPECT_FALSE(refusal_of(certificate).code);
  certificate.key_password = std::string(100'000, 'x');
  EXPECT_EQ(refusal_of(certificate).code, Errc::encrypted_key);
}

TEST_F(Loading, WrongSettingsAreErrors) {
  ServerContextOptions options = localhost_options();
  options.ciphers = "NO-SUCH-CIPHER";
  EXPECT_EQ(refusal_of(options).code, Errc::refused);
  EXPECT_THAT(refusal_of(options).text, HasSubstr("NO-SUCH-CIPHER"));
  options = localhost_options();
  options.application_protocols = {""};
  EXPECT_EQ(refusal_of(options).code, Errc::refused);
  options.application_protocols = {std::string(256, 'x')};
  EXPECT_EQ(refusal_of(options).code, Errc::refused);
  options = localhost_options();
  options.client_certificates = ClientCertificates::required;
  EXPECT_EQ(refusal_of(options).code, Errc::not_pem) << "no authority";
  options.client_ca_file = folder_ / "none";
  EXPECT_THAT(refusal_of(options).text, StartsWith("authorities " + (folder_ / "none")));
}

TEST_F(Loading, AnExpiredCertificateIsServedWithAWarning) {
  const MadeCertificate old = test_authority().issue({.valid_from = -48h, .valid_until = -24h});
  Contexts contexts({.certificates = {old.as_text()}});
  ASSERT_EQ(contexts.server.warnings().size(), 1U);
  EXPECT_THAT(contexts.server.warnings().front(),
              StartsWith("certificate given as text expired on "));
  MemoryPeers peers(contexts);
  peers.log.expect(LogLevel::warning, "expired on");
  peers.exchange();
  EXPECT_EQ(peers.client->error(), Errc::certificate_expired);
  MemoryPeers again(contexts);  // told once
}

TEST_F(Loading, ACertificateOfTomorrowIsServedWithAWarning) {
  const MadeCertificate early = test_authority().issue({.valid_from = 24h, .valid_until = 48h});
  const ServerContext context({.certificates = {early.as_text()}});
  ASSERT_EQ(context.warnings().size(), 1U);
  EXPECT_THAT(context.warnings().front(), HasSubstr("is not valid before"));
}

TEST_F(Loading, WithoutACertificateConnectionsAreRefused) {
  std::error_code error;
  ServerContext context(ServerContextOptions{}, error);
  EXPECT_TRUE(error);
  eddy::testing::ManualLoop loop;
  const auto connect = [&] {
    const auto opened = loop.system().open_connection();
    return eddy::internal::make_socket_stream(eddy::internal::core_of(loop), opened.fd,
                                              eddy::Address());
  };
  EXPECT_THROW((void)context.accept(connect()), std::system_error);
  context.reload(localhost_options());
  EXPECT_NE(context.accept(connect()), nullptr);
}

}  // namespace
