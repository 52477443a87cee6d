// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/fuzz/fuzz.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <tests/web/http/protocol_case.h>

namespace eddy_tests {

std::span<const FuzzTarget> fuzz_targets() {
  static constexpr FuzzTarget kTargets[] = {
      {"chunked", fuzz_chunked},
      {"conditional", fuzz_conditional},
      {"cookies", fuzz_cookies},
      {"encoded_content", fuzz_encoded_content},
      {"escape", fuzz_escape},
      {"forwarded", fuzz_forwarded},
      {"host", fuzz_host},
      {"linkify", fuzz_linkify},
      {"multipart", fuzz_multipart},
      {"parameters", fuzz_parameters},
      {"proxy_header", fuzz_proxy_header},
      {"query", fuzz_query},
      {"range", fuzz_range},
      {"request_head", fuzz_request_head},
      {"response_head", fuzz_response_head},
      {"signed_tokens", fuzz_signed_tokens},
      {"static_path", fuzz_static_path},
      {"template", fuzz_template},
      {"websocket", fuzz_websocket},
  };
  return kTargets;
}

namespace {

// The inputs of all documents in the folder that are of this kind.
std::vector<std::string> case_inputs(std::string_view target) {
  std::vector<std::string> inputs;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(EDDY_PROTOCOL_CASES)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    const bool multipart = file.filename() == "multipart.md";
    if (multipart != (target == "multipart")) continue;
    for (const ProtocolCase& c : read_protocol_cases(file.string())) {
      const bool response = !c.methods.empty();
      if (response == (target == "response_head")) inputs.push_back(c.input);
    }
  }
  return inputs;
}

// What follows the heads of requests that have chunked content.
std::vector<std::string> chunked_inputs() {
  std::vector<std::string> inputs;
  for (const std::string& request : case_inputs("request_head")) {
    const std::size_t head_end = request.find("\r\n\r\n");
    if (head_end < request.size() && request.substr(0, head_end).find("chunked") < head_end) {
      inputs.push_back(request.substr(head_end + 4));
    }
  }
  return inputs;
}

std::vector<std::string> line_inputs(std::string_view target) {
  std::vector<std::string> inputs;
  std::ifstream file(std::string(EDDY_FUZZ_SEEDS) + "/" + std::string(target) + ".txt");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty() && line[0] != '#') inputs.push_back(unescaped(line));
  }
  return inputs;
}

}  // namespace

std::vector<std::string> read_fuzz_seeds(std::string_view target) {
  std::vector<std::string> seeds = line_inputs(target);
  std::vector<std::string> cases;
  if (target.ends_with("_head") || target == "multipart") cases = case_inputs(target);
  if (target == "chunked") cases = chunked_inputs();
  seeds.insert(seeds.end(), cases.begin(), cases.end());
  if (seeds.empty()) throw std::runtime_error("no seeds for " + std::string(target));
  return seeds;
}

void property_failed(const char* what, std::string_view bytes) {
  throw std::logic_error(std::string("does not hold: ") + what + "\n" +
                         escaped(bytes.substr(0, 2000)));
}

bool lies_within(std::string_view view, std::string_view text) {
  const std::less_equal<const char*> not_after;
  return view.empty() || (not_after(text.data(), view.data()) &&
                          not_after(view.data() + view.size(), text.data() + text.size()));
}

InputRandom::InputRandom(std::string_view input) : state_(0xCBF29CE484222325) {
  for (const char c : input) {
    state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3;  // FNV-1a
  }
}

std::size_t InputRandom::below(std::size_t bound) {
  // splitmix64
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::size_t>((z ^ (z >> 31)) % bound);
}

std::string same_in_pieces(
    std::string_view input,
    const std::function<std::string(const std::vector<std::string_view>& pieces)>& read) {
  constexpr std::size_t kShort = 300;
  std::string whole = read({input});
  auto compare = [&](std::size_t most, InputRandom& random) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < input.size(); at += pieces.back().size()) {
      pieces.push_back(input.substr(at, 1 + random.below(most)));
    }
    const std::string cut = read(pieces);
    if (cut != whole) {
      property_failed("pieces give what the whole gives", "whole: " + whole + " cut: " + cut);
    }
  };
  InputRandom random(input);
  if (input.size() <= kShort) compare(1, random);
  for (const std::size_t most : {std::size_t{8}, input.size() / 2 + 1}) compare(most, random);
  return whole;
}

void require_linear(std::string_view input, const std::function<void(std::string_view)>& work) {
  constexpr std::size_t kBytes = 128 * 1024;
  if (input.empty() || InputRandom(input).below(64) != 0) return;
  std::string repeated;
  while (repeated.size() < kBytes) repeated += input;
  auto cpu_seconds = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  };
  const double start = cpu_seconds();
  work(repeated);
  require(cpu_seconds() - start < 1, "work in proportion to the input", input);
}

}  // namespace eddy_tests
