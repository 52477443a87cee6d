// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/multipart.h>

#include <eddy/web/http/form.h>
#include <tests/fuzz/fuzz.h>
#include <tests/web/http/multipart_events.h>

namespace eddy_tests {

namespace {

using eddy::web::MultipartLimits;
using eddy::web::MultipartParser;
using Event = MultipartParser::Event;

// Near enough to be reached.
constexpr MultipartLimits kLimits{.parts = 4,
                                  .part_header_bytes = 200,
                                  .part_header_count = 4,
                                  .name_bytes = 30,
                                  .total_bytes = 3000};

std::string events_of(const std::vector<std::string_view>& pieces,
                      const MultipartLimits& limits = kLimits) {
  MultipartReader reader("XX", limits);
  std::size_t bytes = 0;
  for (const std::string_view piece : pieces) {
    reader.feed(piece);
    bytes += piece.size();
  }
  // Each call consumes a byte or gives one of two events for a byte.
  require(reader.calls() <= 2 * bytes + pieces.size() + 1, "calls are in proportion to bytes", "");
  return reader.finish();
}

// The same body written anew, without preamble, padding and epilogue.
std::string serialize(std::string_view body) {
  std::string out;
  MultipartParser parser("XX", kLimits);
  for (;;) {
    const MultipartParser::Step step = parser.parse(body);
    body.remove_prefix(step.consumed);
    if (step.event == Event::part_begin) {
      out += "--XX\r\n";
      for (const eddy::web::HeaderField field : parser.part().headers) {
        out.append(field.name).append(":").append(field.value).append("\r\n");
      }
      out += "\r\n";
    }
    if (step.event == Event::data) out += step.data;
    if (step.event == Event::part_end) out += "\r\n";
    if (step.event == Event::done || step.event == Event::need_more) return out + "--XX--\r\n";
    require(step.event != Event::failed, "what was accepted is accepted again", body);
  }
}

std::size_t count_lines(std::string_view text, std::string_view line) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    if (text.substr(at, line.size()) == line) ++count;
  }
  return count;
}

}  // namespace

void fuzz_multipart(std::string_view input) {
  const std::string events =
      same_in_pieces(input, [](const auto& pieces) { return events_of(pieces); });
  const bool accepted = events.ends_with("done\n");
  require(accepted || count_lines(events, "error ") == 1, "there is an end", input);
  const std::size_t parts = count_lines(events, "part ");
  require(parts <= kLimits.parts, "parts are bounded", input);

  eddy::web::Form form;
  const eddy::web::ParseError error = parse_multipart_form("XX", input, form, kLimits);
  require(static_cast<bool>(error) != accepted, "parser and form agree", input);
  require(form.arguments.size() + form.files.size() == (accepted ? parts : 0),
          "each part is an argument or a file", input);
  for (const eddy::web::FormFile& file : form.files) {
    require(lies_within(file.body, input), "a file's content lies in the body", input);
  }
  if (accepted) {
    const std::string again = serialize(input);
    // What ended with its header is two bytes longer now.
    MultipartLimits limits = kLimits;
    limits.total_bytes += 2 * kLimits.parts;
    require(events_of({again}, limits) == events, "a body written anew says the same", again);
  }
  require_linear(input, [](std::string_view text) {
    MultipartReader reader("XX", {.parts = 1000000});
    for (std::size_t at = 0; at < text.size(); at += 7) reader.feed(text.substr(at, 7));
  });
}

}  // namespace eddy_tests
