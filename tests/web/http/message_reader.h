// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/request_parser.h>
#include <eddy/web/http/response_parser.h>

/// Parser and decoder as a connection drives them, over a buffer that moves with each piece; what
/// they say is written down in the notation of the protocol cases.
namespace eddy_tests {

/// The limits of all protocol cases.
inline constexpr eddy::web::HttpLimits kSmallLimits{.header_bytes = 400,
                                                    .header_count = 6,
                                                    .target_bytes = 40,
                                                    .body_bytes = 30,
                                                    .trailer_bytes = 60,
                                                    .chunk_extension_bytes = 20};

class MessageReader {
 public:
  MessageReader() = default;
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;
  virtual ~MessageReader() = default;

  void feed(std::string_view bytes);
  [[nodiscard]] std::string events() const { return events_ + flushed_body(); }

 protected:
  /// False when there is nothing to go on with.
  virtual bool read_head() = 0;
  bool read_body();
  bool fail(eddy::web::ParseError error);
  void begin_body(std::size_t head_bytes);
  void end_body();
  void add_field(const char* kind, eddy::web::HeaderField field);
  [[nodiscard]] std::string flushed_body() const;

  eddy::web::BodyDecoder decoder_{kSmallLimits};
  std::unique_ptr<std::string> buffer_ = std::make_unique<std::string>();
  std::string events_;
  bool in_body_ = false;
  bool failed_ = false;

 private:
  std::string body_;
};

class RequestReader : public MessageReader {
 private:
  bool read_head() override;
  void print(const eddy::web::RequestHead& head);

  eddy::web::RequestParser parser_{kSmallLimits};
};

class ResponseReader : public MessageReader {
 public:
  /// Reads the answers to requests with these methods.
  explicit ResponseReader(std::vector<std::string> methods);
  /// The connection has come to its end.
  void end();

 private:
  bool read_head() override;
  void print(const eddy::web::ReceivedResponseHead& head);

  eddy::web::ResponseParser parser_{kSmallLimits};
  std::vector<std::string> methods_;
  std::size_t answered_ = 0;
  bool tunnel_ = false;
};

}  // namespace eddy_tests
