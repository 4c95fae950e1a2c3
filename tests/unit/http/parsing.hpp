// What the parser tests share: heads as one line of text, and feeding the same bytes in many ways.
#pragma once

#include "http/parser.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace hawkcache::http {

inline std::string show_fields(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) {
    text.append("|").append(field.name).append(":").append(field.value);
    EXPECT_EQ(field.id, parse_field_name(field.name)) << field.name;
  }
  return text;
}

inline std::string_view show(Version version) {
  return version == Version::http_1_0 ? "1.0" : "1.1";
}

// "GET / 1.1|Host:a"
inline std::string show(const RequestHead& head) {
  EXPECT_EQ(head.method, parse_method(head.method_text));
  std::string text;
  text.append(head.method_text)
      .append(" ")
      .append(head.target)
      .append(" ")
      .append(show(head.version));
  return text + show_fields(head.field_list);
}

// "200 OK 1.1|Age:1"
inline std::string show(const ResponseHead& head) {
  std::string text = std::to_string(head.status);
  text.append(" ").append(head.reason).append(" ").append(show(head.version));
  return text + show_fields(head.field_list);
}

// What becomes of `input`: "200 OK 1.1|Age:1 (20)", "more" or "error 1". Feeds ever longer copies,
// `step` bytes more each time, each in memory of its own, so that a view into an earlier one would
// be seen.
template <class Parser>
std::string outcome(std::string_view input,
                    std::size_t first,
                    std::size_t step,
                    HeadLimits limits) {
  Parser parser(limits);
  for (std::size_t size = std::min(first, input.size());;
       size = std::min(size + step, input.size())) {
    const auto copy = std::make_unique<std::string>(input.substr(0, size));
    const Feed feed = parser.feed(*copy);
    if (feed == Feed::error) return "error " + std::to_string(static_cast<int>(parser.error()));
    if (feed == Feed::complete)
      return show(parser.head()) + " (" + std::to_string(parser.head_size()) + ")";
    if (size == input.size()) return "more";
  }
}

// All at once, byte by byte, and cut in two at every point.
template <class Parser>
void expect_same_however_cut(std::string_view input, HeadLimits limits = {}) {
  const std::string whole = outcome<Parser>(input, input.size(), 1, limits);
  EXPECT_EQ(outcome<Parser>(input, 0, 1, limits), whole);
  for (std::size_t cut = 1; cut < input.size(); ++cut) {
    ASSERT_EQ(outcome<Parser>(input, cut, input.size(), limits), whole) << "cut at " << cut;
  }
}

}  // namespace hawkcache::http
