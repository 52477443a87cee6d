// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/content_coding.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/quality.h>
#include <eddy/web/http/status.h>

namespace eddy::inline v0::web {

using internal::equals_ignoring_case;

namespace {

constexpr std::array<std::pair<std::string_view, ContentCoding>, 6> kNames{{
    {"identity", ContentCoding::identity},
    {"gzip", ContentCoding::gzip},
    {"br", ContentCoding::br},
    {"zstd", ContentCoding::zstd},
    {"deflate", ContentCoding::deflate},
    {"x-gzip", ContentCoding::gzip},  // RFC 9110, 8.4.1.3
}};

constexpr std::array<std::string_view, 8> kCompressedTypes{
    "text/*",
    "application/javascript",
    "application/x-javascript",
    "application/xml",
    "application/atom+xml",
    "application/json",
    "application/xhtml+xml",
    "image/svg+xml",
};

/// Their values hold for the bytes as they are.
constexpr std::array<std::string_view, 4> kDigestFields{"Content-Digest", "Repr-Digest", "Digest",
                                                        "Content-MD5"};

bool matches(std::string_view type, std::string_view pattern) noexcept {
  if (pattern.ends_with("/*")) {
    pattern.remove_suffix(1);
    type = type.substr(0, pattern.size());
  }
  return equals_ignoring_case(type, pattern);
}

bool is_compressed_type(const CompressionOptions& options, const Headers& headers) noexcept {
  const auto field = headers.find("Content-Type");
  if (!field) return false;
  const std::string_view type = internal::trim_blanks(field->substr(0, field->find(';')));
  const auto fits = [type](std::string_view pattern) { return matches(type, pattern); };
  return std::any_of(kCompressedTypes.begin(), kCompressedTypes.end(), fits) ||
         std::any_of(options.extra_types.begin(), options.extra_types.end(), fits);
}

bool has_list_item(HeaderList headers, std::string_view name, std::string_view wanted) noexcept {
  bool found = false;
  for (const HeaderField field : headers) {
    if (!equals_ignoring_case(field.name, name)) continue;
    internal::for_each_list_item(field.value, [&](std::string_view item) {
      found = found || equals_ignoring_case(item, wanted);
    });
  }
  return found;
}

bool is_left_alone(int status, const Headers& headers) noexcept {
  return status_forbids_content(status) || status == 206 || headers.contains("Content-Range") ||
         headers.contains("Content-Encoding") ||
         has_list_item(headers.list(), "Cache-Control", "no-transform") ||
         std::any_of(kDigestFields.begin(), kDigestFields.end(),
                     [&headers](std::string_view name) { return headers.contains(name); });
}

void vary_by_accept_encoding(Headers& headers) {
  if (has_list_item(headers.list(), "Vary", "*") ||
      has_list_item(headers.list(), "Vary", "Accept-Encoding")) {
    return;
  }
  const auto others = headers.get("Vary");
  headers.set("Vary", others && !others->empty() ? *others + ", Accept-Encoding"
                                                 : std::string("Accept-Encoding"));
}

/// The weak form of a strong ETag; empty when there is none.
std::string weak_etag(const Headers& headers) {
  const auto etag = headers.find("ETag");
  if (!etag || !etag->starts_with('"')) return {};
  return "W/" + std::string(*etag);
}

/// The client has the ETag of the content as it was encoded for it, and a cache finds what to
/// refresh by it (RFC 9111, 4.3.4).
void apply_to_not_modified(HeaderList request, Headers& headers) {
  vary_by_accept_encoding(headers);
  const std::string weak = weak_etag(headers);
  if (weak.empty()) return;
  const auto named = request.get("If-None-Match");
  if (named && named->find(weak) != std::string::npos) headers.set("ETag", weak);
}

/// The weights that a client gives to codings.
class CodingQualities {
 public:
  explicit CodingQualities(std::string_view accept_encoding) {
    named_.fill(kUnnamed);
    for (const QualityItem& item : parse_quality_list(accept_encoding)) {
      int* quality = nullptr;
      if (item.value == "*") {
        quality = &others_;
      } else if (const auto coding = coding_of(item.value)) {
        quality = &named_[static_cast<std::size_t>(*coding)];
      }
      // Said twice, a refusal counts.
      const bool counts = quality != nullptr && (*quality == kUnnamed || item.quality == 0);
      if (counts) *quality = item.quality;
    }
  }

  [[nodiscard]] int of(ContentCoding coding) const noexcept {
    const int quality = named_[static_cast<std::size_t>(coding)];
    return quality != kUnnamed ? quality : others_;
  }
  [[nodiscard]] bool identity_refused() const noexcept { return of(ContentCoding::identity) == 0; }
  /// Not refused, and liked at least as well as the content as it is.
  [[nodiscard]] bool wants(ContentCoding coding) const noexcept {
    return coding != ContentCoding::identity && of(coding) > 0 &&
           of(coding) >= of(ContentCoding::identity);
  }

 private:
  static constexpr int kUnnamed = -1;

  int others_ = kUnnamed;
  std::array<int, std::size(kNames)> named_;
};

}  // namespace

std::string_view name_of(ContentCoding coding) noexcept {
  return kNames[static_cast<std::size_t>(coding)].first;
}

std::optional<ContentCoding> coding_of(std::string_view name) noexcept {
  for (const auto& [known, coding] : kNames) {
    if (equals_ignoring_case(known, name)) return coding;
  }
  return std::nullopt;
}

bool can_encode(ContentCoding coding) noexcept {
  if (coding == ContentCoding::br) return EDDY_HAVE_BROTLI != 0;
  if (coding == ContentCoding::zstd) return EDDY_HAVE_ZSTD != 0;
  return coding != ContentCoding::deflate;
}

CodingChoice choose_content_coding(std::string_view accept_encoding,
                                   std::span<const ContentCoding> codings) {
  const CodingQualities qualities(accept_encoding);
  CodingChoice choice{ContentCoding::identity, qualities.identity_refused()};
  int best = 0;
  for (const ContentCoding coding : codings) {
    if (!can_encode(coding) || !qualities.wants(coding)) continue;
    const int quality = qualities.of(coding);
    if (quality > best) {
      best = quality;
      choice.coding = coding;
    }
  }
  return choice;
}

std::vector<ContentCoding> accepted_codings(std::string_view accept_encoding,
                                            std::span<const ContentCoding> codings) {
  const CodingQualities qualities(accept_encoding);
  std::vector<ContentCoding> accepted;
  for (const ContentCoding coding : codings) {
    if (qualities.wants(coding)) accepted.push_back(coding);
  }
  std::stable_sort(accepted.begin(), accepted.end(), [&](ContentCoding a, ContentCoding b) {
    return qualities.of(a) > qualities.of(b);
  });
  return accepted;
}

ContentCoding apply_content_coding(const CompressionOptions& options, HeaderList request,
                                   int status, std::optional<std::uint64_t> size, Headers& headers,
                                   bool may_encode) {
  if (!options.enabled) return ContentCoding::identity;
  if (status == 304) {
    apply_to_not_modified(request, headers);
    return ContentCoding::identity;
  }
  if (is_left_alone(status, headers) || !is_compressed_type(options, headers)) {
    return ContentCoding::identity;
  }
  vary_by_accept_encoding(headers);
  const auto accepted = request.get("Accept-Encoding");
  if (!accepted || !may_encode || size == 0U) return ContentCoding::identity;
  const CodingChoice choice = choose_content_coding(*accepted, options.codings);
  const bool worth_it = !size || *size >= options.min_bytes;
  if (choice.coding == ContentCoding::identity || (!worth_it && !choice.identity_refused)) {
    return ContentCoding::identity;
  }
  headers.set("Content-Encoding", name_of(choice.coding));
  headers.erase("Content-Length");
  headers.erase("Accept-Ranges");
  if (const std::string weak = weak_etag(headers); !weak.empty()) headers.set("ETag", weak);
  return choice.coding;
}

}  // namespace eddy::inline v0::web
