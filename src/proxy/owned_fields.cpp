#include "proxy/owned_fields.hpp"

namespace hawkcache::proxy {

OwnedFields::OwnedFields(http::FieldsView fields) {
  std::size_t size = 0;
  for (const http::Field& field : fields) size += field.name.size() + field.value.size();
  text_.reserve(size);  // the views below rely on it not moving
  fields_.reserve(fields.size());
  const auto keep = [this](std::string_view part) {
    const std::size_t begin = text_.size();
    text_ += part;
    return std::string_view(text_).substr(begin);
  };
  for (const http::Field& field : fields) {
    const std::string_view name = keep(field.name);
    const std::string_view value = keep(field.value);
    fields_.push_back({field.id, name, value});
  }
}

}  // namespace hawkcache::proxy
