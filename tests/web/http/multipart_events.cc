// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/web/http/multipart_events.h>

#include <stdexcept>

#include <tests/web/http/protocol_case.h>

namespace eddy_tests {

using Event = eddy::web::MultipartParser::Event;

MultipartReader::MultipartReader(std::string_view boundary,
                                 const eddy::web::MultipartLimits& limits)
    : parser_(boundary, limits) {}

void MultipartReader::feed(std::string_view bytes) {
  const std::string own(bytes);
  std::string_view rest = own;
  while (!failed_) {
    const auto step = parser_.parse(rest);
    ++calls_;
    if (step.consumed > rest.size()) throw std::logic_error("consumed more than there was");
    rest.remove_prefix(step.consumed);
    handle(step);
    if (step.event == Event::need_more || step.event == Event::done) {
      if (step.event == Event::need_more && !rest.empty()) {
        throw std::logic_error("needs more with input left");
      }
      if (rest.empty()) return;
    }
  }
}

std::string MultipartReader::finish() {
  if (!failed_) handle(parser_.finish());
  return events_;
}

void MultipartReader::flush_data() {
  if (!data_.empty()) events_ += "data " + escaped(data_) + "\n";
  data_.clear();
}

void MultipartReader::handle(const eddy::web::MultipartParser::Step& step) {
  switch (step.event) {
    case Event::need_more:
      break;
    case Event::part_begin: {
      const eddy::web::PartHead& part = parser_.part();
      events_ += "part " + escaped(part.name) + "\n";
      if (part.is_file()) events_ += "file " + escaped(part.filename) + "\n";
      if (!part.content_type.empty()) events_ += "type " + escaped(part.content_type) + "\n";
      for (const eddy::web::HeaderField field : part.headers) {
        events_ += "header " + escaped(field.name) + ": " + escaped(field.value) + "\n";
      }
      break;
    }
    case Event::data:
      if (step.data.empty()) throw std::logic_error("a piece of nothing");
      data_ += step.data;
      ++pieces_;
      break;
    case Event::part_end:
      flush_data();
      events_ += "end\n";
      break;
    case Event::done:
      if (!done_) events_ += "done\n";
      done_ = true;
      break;
    case Event::failed:
      flush_data();
      events_ +=
          "error " + std::to_string(parser_.error().status) + " " + parser_.error().what + "\n";
      failed_ = true;
      break;
  }
}

}  // namespace eddy_tests
