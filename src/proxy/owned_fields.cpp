#include "proxy/owned_fields.hpp"

#include <iterator>

namespace hawkcache::proxy {

OwnedFields::OwnedFields(http::FieldsView fields)
    : fields_(fields.begin(), fields.end()), names_(fields.names()) {
  if (fields.size() == 0) return;
  const char* const begin = fields.begin()->name.data();
  const http::Field& last = *std::prev(fields.end());
  const std::string_view end = last.value.empty() ? last.name : last.value;
  text_.assign(begin, end.data() + end.size());
  const auto here = [&](std::string_view part) {
    // Where an empty value points to is not said.
    if (part.empty()) return std::string_view();
    return std::string_view(text_.data() + (part.data() - begin), part.size());
  };
  for (http::Field& field : fields_) {
    field.name = here(field.name);
    field.value = here(field.value);
  }
}

}  // namespace hawkcache::proxy
