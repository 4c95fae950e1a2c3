// Short ways to write heads in tests.
#pragma once

#include "http/head.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace hawkcache::http {

using Lines = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline std::vector<Field> make_fields(Lines lines) {
  std::vector<Field> fields;
  for (const auto& [name, value] : lines) {
    fields.push_back({.id = parse_field_name(name), .name = name, .value = value});
  }
  return fields;
}

inline RequestHead make_request(std::string_view method, std::string_view target, Lines lines) {
  RequestHead head;
  head.method = parse_method(method);
  head.method_text = method;
  head.target = target;
  head.field_list = make_fields(lines);
  return head;
}

inline ResponseHead make_response(int status, Lines lines) {
  ResponseHead head;
  head.status = status;
  head.field_list = make_fields(lines);
  return head;
}

}  // namespace hawkcache::http
