// Header fields as views. A Field points into the buffer that its message was parsed from (or into
// any text that outlives it); a FieldsView is a borrowed, ordered sequence of them. Nothing here
// owns bytes, nothing allocates but where a std::string is returned. Values are without the
// optional blanks around them.
#pragma once

#include "http/field_name.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::http {

struct Field {
  FieldName id = FieldName::unknown;
  std::string_view name;
  std::string_view value;
};

// Whether this field has this name; `id` is parse_field_name(name), so that known names compare as
// numbers.
bool has_name(const Field& field, FieldName id, std::string_view name) noexcept;

class FieldsView {
 public:
  FieldsView() = default;
  FieldsView(std::span<const Field> fields) noexcept : fields_(fields) {}  // NOLINT: a view of it
  FieldsView(const std::vector<Field>& fields) noexcept
      : fields_(fields) {}  // NOLINT: a view of it

  auto begin() const noexcept { return fields_.begin(); }
  auto end() const noexcept { return fields_.end(); }
  std::size_t size() const noexcept { return fields_.size(); }

  // The first field line of that name, or null.
  const Field* find(FieldName id) const noexcept;
  const Field* find(std::string_view name) const noexcept;
  bool contains(FieldName id) const noexcept { return find(id) != nullptr; }
  std::size_t count(FieldName id) const noexcept;
  // The value of the first line of that name.
  std::optional<std::string_view> value(FieldName id) const noexcept;
  // All lines of that name as one value, joined with ", " in order (RFC 9110 section 5.3); nullopt
  // when there is none.
  std::optional<std::string> combined(FieldName id) const;
  std::optional<std::string> combined(std::string_view name) const;

  // Calls visit(std::string_view value) for every line of that name, in order.
  template <class Visit>
  void for_each(FieldName id, Visit&& visit) const {
    for (const Field& field : fields_) {
      if (field.id == id) visit(field.value);
    }
  }

 private:
  std::span<const Field> fields_;
};

// Whether any line of that field has this member in its comma-separated list, ignoring case.
bool any_list_contains(FieldsView fields, FieldName id, std::string_view member) noexcept;

}  // namespace hawkcache::http
