// The heads of messages as views into the buffer they were parsed from: valid until that buffer
// changes. The vectors inside are reused from message to message, so that a kept connection parses
// without allocating.
#pragma once

#include "http/fields.hpp"
#include "http/method.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hawkcache::http {

enum class Version : std::uint8_t { http_1_0, http_1_1 };

struct RequestHead {
  Method method = Method::unknown;
  std::string_view method_text;
  std::string_view target;  // the request-target as received
  Version version = Version::http_1_1;
  std::vector<Field> field_list;
  FieldNameSet names;  // of field_list

  FieldsView fields() const noexcept { return {field_list, names}; }
};

struct ResponseHead {
  Version version = Version::http_1_1;
  int status = 0;  // 100..599
  std::string_view reason;
  std::vector<Field> field_list;
  FieldNameSet names;  // of field_list

  FieldsView fields() const noexcept { return {field_list, names}; }
};

}  // namespace hawkcache::http
