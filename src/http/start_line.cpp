#include "http/start_line.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"

#include <algorithm>
#include <cstdint>

namespace hawkcache::http {
namespace {

constexpr std::size_t kLongestMethod = 64;
constexpr std::size_t kVersionSize = 8;  // HTTP/1.1

// HTTP-version = "HTTP" "/" DIGIT "." DIGIT, case-sensitive. A minor version above 1 counts as 1
// (RFC 9110 section 2.5).
HeadError parse_version(std::string_view text, Version& version) noexcept {
  if (text.size() != kVersionSize || !text.starts_with("HTTP/") || !ascii::is_digit(text[5]) ||
      text[6] != '.' || !ascii::is_digit(text[7])) {
    return HeadError::bad_start_line;
  }
  if (text[5] != '1') return HeadError::bad_version;
  version = text[7] == '0' ? Version::http_1_0 : Version::http_1_1;
  return HeadError::none;
}

// VCHAR without "#": a fragment is never sent. What else is no URI character stays as it is, for
// the origin to judge.
bool is_target(std::string_view text) noexcept {
  return !byte_words::any(text, '/', [](std::uint64_t word) {
    return byte_words::has_below(word, '!') || byte_words::has(word, '#') ||
           byte_words::has(word, '\x7f') || byte_words::has_above_ascii(word);
  });
}

std::size_t method_size(std::string_view line) noexcept {
  const std::string_view start = line.substr(0, kLongestMethod + 1);
  const auto end = std::find_if_not(start.begin(), start.end(), ascii::is_token_char);
  return static_cast<std::size_t>(end - start.begin());
}

}  // namespace

// request-line = method SP request-target SP HTTP-version
HeadError parse_start_line(std::string_view line, RequestHead& head) noexcept {
  const std::size_t method_end = method_size(line);
  // "a server that receives a method longer than any that it implements SHOULD respond with a 501"
  // (RFC 9112 section 3)
  if (method_end > kLongestMethod) return HeadError::method_too_long;
  if (method_end == 0 || method_end == line.size() || line[method_end] != ' ') {
    return HeadError::bad_start_line;
  }
  head.method_text = line.substr(0, method_end);
  head.method = parse_method(head.method_text);

  const std::string_view rest = line.substr(method_end + 1);
  if (rest.size() < kVersionSize + 2) return HeadError::bad_start_line;
  const std::size_t target_end = rest.size() - kVersionSize - 1;
  head.target = rest.substr(0, target_end);
  if (rest[target_end] != ' ' || !is_target(head.target)) return HeadError::bad_start_line;
  return parse_version(rest.substr(target_end + 1), head.version);
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ]; the second SP may lack where no
// reason follows.
HeadError parse_start_line(std::string_view line, ResponseHead& head) noexcept {
  const HeadError version_error = parse_version(line.substr(0, kVersionSize), head.version);
  if (version_error != HeadError::none) return version_error;

  const std::string_view rest = line.substr(kVersionSize);
  if (rest.size() < 4 || rest[0] != ' ') return HeadError::bad_start_line;
  const auto status = ascii::parse_digits(rest.substr(1, 3));
  if (!status || *status < 100 || *status > 599) return HeadError::bad_start_line;
  head.status = static_cast<int>(*status);
  if (rest.size() > 4 && rest[4] != ' ') return HeadError::bad_start_line;
  head.reason = rest.substr(std::min<std::size_t>(5, rest.size()));
  return HeadError::none;
}

HeadError check_begun_start_line(std::string_view begun, const RequestHead&) noexcept {
  const std::size_t method_end = method_size(begun);
  if (method_end > kLongestMethod) return HeadError::method_too_long;
  if (method_end == begun.size()) return HeadError::none;
  return method_end != 0 && begun[method_end] == ' ' ? HeadError::none : HeadError::bad_start_line;
}

HeadError check_begun_start_line(std::string_view begun, const ResponseHead&) noexcept {
  constexpr std::string_view kBegin = "HTTP/";
  return begun.substr(0, kBegin.size()) == kBegin.substr(0, begun.size())
             ? HeadError::none
             : HeadError::bad_start_line;
}

}  // namespace hawkcache::http
