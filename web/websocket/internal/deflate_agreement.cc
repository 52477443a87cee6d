// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/deflate_agreement.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include <eddy/web/http/parameters.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::string_view kExtension = "permessage-deflate";
constexpr int kLargestWindow = 15;
// zlib has no compressor for less (it quietly takes 9 for 8), but a decompressor.
constexpr int kSmallestWindow = 9;

// The parameters of an offer or an answer, as far as they are right for it.
struct Parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;
  std::optional<int> client_max_window_bits;
  bool client_window_may_be_bounded = false;  // client_max_window_bits with or without a value
};

// 8 to 15, without a leading zero.
std::optional<int> window_bits(const Parameter& parameter) {
  const std::string& text = parameter.value;
  if (!parameter.has_value || text.empty() || text.size() > 2) return std::nullopt;
  if (text.size() == 1)
    return text == "8" || text == "9" ? std::optional(text[0] - '0') : std::nullopt;
  if (text[0] != '1' || text[1] < '0' || text[1] > '5') return std::nullopt;
  return 10 + (text[1] - '0');
}

bool read_parameter(const Parameter& parameter, Parameters& read) {
  const auto once = [](bool& flag) { return !std::exchange(flag, true); };
  if (parameter.name == "server_no_context_takeover") {
    return !parameter.has_value && once(read.server_no_context_takeover);
  }
  if (parameter.name == "client_no_context_takeover") {
    return !parameter.has_value && once(read.client_no_context_takeover);
  }
  if (parameter.name == "server_max_window_bits") {
    if (read.server_max_window_bits) return false;
    read.server_max_window_bits = window_bits(parameter);
    return read.server_max_window_bits.has_value();
  }
  if (parameter.name == "client_max_window_bits") {
    if (!once(read.client_window_may_be_bounded)) return false;
    if (!parameter.has_value) return true;
    read.client_max_window_bits = window_bits(parameter);
    return read.client_max_window_bits.has_value();
  }
  return false;
}

// Names such as `x*`, which parameters of other fields have and which are joined or left out there,
// are of no extension.
bool has_extended_names(std::string_view field) {
  return field.find('*') != std::string_view::npos;
}

std::optional<Parameters> read_parameters(const FieldValue& extension) {
  if (!extension.is(kExtension) || !extension.well_formed) return std::nullopt;
  Parameters read;
  for (const Parameter& parameter : extension.parameters) {
    if (parameter.extended || !read_parameter(parameter, read)) return std::nullopt;
  }
  return read;
}

void add(std::string& field, std::string_view name, int value = 0) {
  field.append("; ").append(name);
  if (value != 0) field.append("=").append(std::to_string(value));
}

std::optional<AcceptedDeflate> accept(const Parameters& offer, const DeflateOptions& options) {
  AcceptedDeflate accepted{{}, std::string(kExtension)};
  DeflateAgreement& agreed = accepted.agreement;
  agreed.server_takes_over = options.context_takeover && !offer.server_no_context_takeover;
  agreed.client_takes_over = options.context_takeover && !offer.client_no_context_takeover;
  agreed.server_window_bits =
      std::min(offer.server_max_window_bits.value_or(kLargestWindow), options.max_window_bits);
  if (agreed.server_window_bits < kSmallestWindow) return std::nullopt;
  if (!agreed.server_takes_over) add(accepted.field, "server_no_context_takeover");
  if (!agreed.client_takes_over) add(accepted.field, "client_no_context_takeover");
  // What is asked for of the server is accepted by saying so (RFC 7692, 7.1.2.1).
  if (offer.server_max_window_bits || agreed.server_window_bits < kLargestWindow) {
    add(accepted.field, "server_max_window_bits", agreed.server_window_bits);
  }
  if (offer.client_window_may_be_bounded) {
    agreed.client_window_bits =
        std::min(offer.client_max_window_bits.value_or(kLargestWindow), options.max_window_bits);
    if (agreed.client_window_bits < kLargestWindow) {
      add(accepted.field, "client_max_window_bits", agreed.client_window_bits);
    }
  }
  return accepted;
}

}  // namespace

void check(const DeflateOptions& options) {
  const auto check_one = [](const char* name, int value, int least, int most) {
    if (value >= least && value <= most) return;
    throw std::invalid_argument("DeflateOptions::" + std::string(name) + " is " +
                                std::to_string(value) + ", and not of " + std::to_string(least) +
                                " to " + std::to_string(most));
  };
  check_one("level", options.level, 1, 9);
  check_one("mem_level", options.mem_level, 1, 9);
  check_one("max_window_bits", options.max_window_bits, kSmallestWindow, kLargestWindow);
}

std::optional<AcceptedDeflate> accept_deflate(std::string_view offers,
                                              const DeflateOptions& options) {
  if (has_extended_names(offers)) return std::nullopt;
  for (const FieldValue& extension : parse_parameter_list(offers)) {
    const std::optional<Parameters> offer = read_parameters(extension);
    if (!offer) continue;
    if (auto accepted = accept(*offer, options)) return accepted;
  }
  return std::nullopt;
}

std::string offer_deflate(const DeflateOptions& options) {
  std::string field(kExtension);
  if (!options.context_takeover) {
    add(field, "server_no_context_takeover");
    add(field, "client_no_context_takeover");
  }
  const int bits = options.max_window_bits;
  if (bits < kLargestWindow) add(field, "server_max_window_bits", bits);
  add(field, "client_max_window_bits", bits < kLargestWindow ? bits : 0);
  return field;
}

std::optional<DeflateAgreement> agreed_deflate(std::string_view answer,
                                               const DeflateOptions& options) {
  const std::vector<FieldValue> extensions = parse_parameter_list(answer);
  if (extensions.size() != 1 || has_extended_names(answer)) return std::nullopt;
  const std::optional<Parameters> read = read_parameters(extensions.front());
  if (!read) return std::nullopt;
  DeflateAgreement agreed;
  agreed.server_takes_over = !read->server_no_context_takeover;
  // The client's own word holds where the server does not repeat it.
  agreed.client_takes_over = options.context_takeover && !read->client_no_context_takeover;
  agreed.server_window_bits = read->server_max_window_bits.value_or(kLargestWindow);
  agreed.client_window_bits = read->client_max_window_bits.value_or(kLargestWindow);
  const bool valueless = read->client_window_may_be_bounded && !read->client_max_window_bits;
  // What was asked for of the server must be in its answer (RFC 7692, 7.1.1.1 and 7.1.2.1).
  if (valueless || (!options.context_takeover && agreed.server_takes_over) ||
      agreed.server_window_bits > options.max_window_bits) {
    return std::nullopt;
  }
  agreed.client_may_compress = agreed.client_window_bits >= kSmallestWindow;
  agreed.client_window_bits = std::min(agreed.client_window_bits, options.max_window_bits);
  return agreed;
}

}  // namespace eddy::inline v0::web::internal
