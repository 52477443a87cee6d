// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/mime.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <stdexcept>
#include <string>

#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web {

namespace {

struct Type {
  std::string_view extension;
  std::string_view type;
};

constexpr std::string_view kUnknown = "application/octet-stream";

// The registered types, and where there is none what browsers and servers say. Sorted. What would
// be application/octet-stream is left out: programs and, as with Tornado, .bz2, .xz and .br.
constexpr Type kTypes[] = {
    {"7z", "application/x-7z-compressed"},
    {"aac", "audio/aac"},
    {"abw", "application/x-abiword"},
    {"aif", "audio/x-aiff"},
    {"aiff", "audio/x-aiff"},
    {"apk", "application/vnd.android.package-archive"},
    {"apng", "image/apng"},
    {"asc", "text/plain"},
    {"atom", "application/atom+xml"},
    {"avi", "video/x-msvideo"},
    {"avif", "image/avif"},
    {"azw", "application/vnd.amazon.ebook"},
    {"bmp", "image/bmp"},
    {"c", "text/x-c"},
    {"cc", "text/x-c++"},
    {"cjs", "text/javascript"},
    {"conf", "text/plain"},
    {"cpp", "text/x-c++"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"deb", "application/vnd.debian.binary-package"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"dot", "application/msword"},
    {"dtd", "application/xml-dtd"},
    {"eml", "message/rfc822"},
    {"eot", "application/vnd.ms-fontobject"},
    {"eps", "application/postscript"},
    {"epub", "application/epub+zip"},
    {"flac", "audio/flac"},
    {"flv", "video/x-flv"},
    {"geojson", "application/geo+json"},
    {"gif", "image/gif"},
    {"glb", "model/gltf-binary"},
    {"gltf", "model/gltf+json"},
    {"gpx", "application/gpx+xml"},
    {"gz", "application/gzip"},
    {"h", "text/x-c"},
    {"heic", "image/heic"},
    {"heif", "image/heif"},
    {"hpp", "text/x-c++"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", "text/calendar"},
    {"ini", "text/plain"},
    {"iso", "application/x-iso9660-image"},
    {"jar", "application/java-archive"},
    {"java", "text/x-java"},
    {"jfif", "image/jpeg"},
    {"jpe", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"jsonld", "application/ld+json"},
    {"jxl", "image/jxl"},
    {"kml", "application/vnd.google-earth.kml+xml"},
    {"kmz", "application/vnd.google-earth.kmz"},
    {"log", "text/plain"},
    {"m3u", "audio/mpegurl"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4a", "audio/mp4"},
    {"m4v", "video/x-m4v"},
    {"markdown", "text/markdown"},
    {"md", "text/markdown"},
    {"mht", "message/rfc822"},
    {"mhtml", "message/rfc822"},
    {"mid", "audio/midi"},
    {"midi", "audio/midi"},
    {"mjs", "text/javascript"},
    {"mka", "audio/x-matroska"},
    {"mkv", "video/x-matroska"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mpd", "application/dash+xml"},
    {"mpeg", "video/mpeg"},
    {"mpg", "video/mpeg"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"ogx", "application/ogg"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"p7b", "application/x-pkcs7-certificates"},
    {"pbm", "image/x-portable-bitmap"},
    {"pdf", "application/pdf"},
    {"pem", "application/x-pem-file"},
    {"pgm", "image/x-portable-graymap"},
    {"php", "application/x-httpd-php"},
    {"png", "image/png"},
    {"pnm", "image/x-portable-anymap"},
    {"ppm", "image/x-portable-pixmap"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"ps", "application/postscript"},
    {"psd", "image/vnd.adobe.photoshop"},
    {"py", "text/x-python"},
    {"qt", "video/quicktime"},
    {"rar", "application/vnd.rar"},
    {"rdf", "application/rdf+xml"},
    {"rss", "application/rss+xml"},
    {"rtf", "application/rtf"},
    {"rtx", "text/richtext"},
    {"sgml", "text/x-sgml"},
    {"sh", "application/x-sh"},
    {"sql", "application/sql"},
    {"srt", "application/x-subrip"},
    {"svg", "image/svg+xml"},
    {"svgz", "application/gzip"},
    {"swf", "application/x-shockwave-flash"},
    {"tar", "application/x-tar"},
    {"taz", "application/gzip"},
    {"tex", "application/x-tex"},
    {"text", "text/plain"},
    {"tgz", "application/gzip"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"toml", "application/toml"},
    {"torrent", "application/x-bittorrent"},
    {"ts", "video/mp2t"},
    {"tsv", "text/tab-separated-values"},
    {"ttc", "font/collection"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain"},
    {"tz", "application/gzip"},
    {"usdz", "model/vnd.usdz+zip"},
    {"vcf", "text/vcard"},
    {"vsd", "application/vnd.visio"},
    {"vtt", "text/vtt"},
    {"wasm", "application/wasm"},
    {"wav", "audio/x-wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"wgsl", "text/wgsl"},
    {"wmv", "video/x-ms-wmv"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "text/xml"},
    {"xsl", "text/xml"},
    {"xslt", "application/xslt+xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
};

constexpr bool is_sorted_and_lower() {
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    if (i > 0 && kTypes[i - 1].extension >= kTypes[i].extension) return false;
    for (const char c : kTypes[i].extension) {
      if (internal::to_lower(c) != c) return false;
    }
  }
  return true;
}
static_assert(is_sorted_and_lower());

/// What the program has added.
struct Added {
  std::shared_mutex mutex;
  std::map<std::string, std::string_view, std::less<>> by_extension;
  /// Every type that was ever given out: views of them live on when they are replaced.
  std::set<std::string, std::less<>> types;
  /// Without any there is no lock to take.
  std::atomic<bool> any{false};
};

Added& added() {
  // Never destroyed, since its views live for ever.
  static Added& instance = *new Added;
  return instance;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), internal::to_lower);
  return result;
}

/// Behind the last dot of the name; dots at its beginning hide a file and begin no extension.
std::string_view extension_of(std::string_view path) noexcept {
  path.remove_prefix(path.find_last_of('/') + 1);
  const std::size_t first = path.find_first_not_of('.');
  const std::size_t dot = path.find_last_of('.');
  if (first == std::string_view::npos || dot == std::string_view::npos || dot < first) return {};
  return path.substr(dot + 1);
}

}  // namespace

std::string_view mime_type(std::string_view path) {
  const std::string extension = lower(extension_of(path));
  Added& own = added();
  if (own.any.load(std::memory_order_acquire)) {
    const std::shared_lock lock(own.mutex);
    const auto found = own.by_extension.find(extension);
    if (found != own.by_extension.end()) return found->second;
  }
  const auto* const found =
      std::lower_bound(std::begin(kTypes), std::end(kTypes), std::string_view(extension),
                       [](const Type& a, std::string_view b) { return a.extension < b; });
  return found != std::end(kTypes) && found->extension == extension ? found->type : kUnknown;
}

void add_mime_type(std::string_view extension, std::string_view type) {
  if (extension.starts_with('.')) extension.remove_prefix(1);
  if (extension.empty() || extension.find_first_of("./") != std::string_view::npos) {
    throw std::invalid_argument("not a file name extension: " + std::string(extension));
  }
  const std::size_t slash = type.find('/');
  const std::size_t end = std::min(type.find(';'), type.size());
  if (slash > end || !internal::is_token(type.substr(0, slash)) ||
      !internal::is_token(internal::trim_blanks(type.substr(slash + 1, end - slash - 1))) ||
      !internal::is_field_value(type)) {
    throw std::invalid_argument("not a media type: " + std::string(type));
  }
  Added& own = added();
  const std::unique_lock lock(own.mutex);
  own.by_extension[lower(extension)] = *own.types.emplace(type).first;
  own.any.store(true, std::memory_order_release);
}

}  // namespace eddy::inline v0::web
