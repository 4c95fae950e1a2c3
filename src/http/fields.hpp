// Header fields as views. A Field points into the buffer that its message was parsed from (or into
// any text that outlives it); a FieldsView is a borrowed, ordered sequence of them. Nothing here
// owns bytes, nothing allocates but where a std::string is returned. Values are without the
// optional blanks around them.
#pragma once

#include "http/field_name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
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

// Which known names occur among some fields. A request is asked for a dozen names of which it has
// few: one bit says no sooner than a walk through its fields does. Unless told otherwise every name
// may occur.
class FieldNameSet {
 public:
  static FieldNameSet of(std::span<const Field> fields) noexcept {
    FieldNameSet set;
    set.bits_ = {};
    for (const Field& field : fields) set.bits_[word(field.id)] |= bit(field.id);
    return set;
  }
  bool may_have(FieldName id) const noexcept { return (bits_[word(id)] & bit(id)) != 0; }

 private:
  static constexpr std::size_t word(FieldName id) noexcept {
    return static_cast<std::size_t>(id) / 64;
  }
  static constexpr std::uint64_t bit(FieldName id) noexcept {
    return std::uint64_t{1} << (static_cast<unsigned>(id) % 64);
  }
  static_assert(kFieldNameCount <= 128);
  std::array<std::uint64_t, 2> bits_{~std::uint64_t{0}, ~std::uint64_t{0}};
};

class FieldsView {
 public:
  FieldsView() = default;
  FieldsView(std::span<const Field> fields) noexcept : fields_(fields) {}  // NOLINT: a view of it
  FieldsView(const std::vector<Field>& fields) noexcept
      : fields_(fields) {}  // NOLINT: a view of it
  // REQUIRES: `names` has the name of each field.
  FieldsView(std::span<const Field> fields, FieldNameSet names) noexcept
      : fields_(fields), names_(names) {}

  auto begin() const noexcept { return fields_.begin(); }
  auto end() const noexcept { return fields_.end(); }
  std::size_t size() const noexcept { return fields_.size(); }
  FieldNameSet names() const noexcept { return names_; }

  // The first field line of that name, or null.
  const Field* find(FieldName id) const noexcept {
    return names_.may_have(id) ? find_present(id) : nullptr;
  }
  const Field* find(std::string_view name) const noexcept;
  bool contains(FieldName id) const noexcept { return find(id) != nullptr; }
  // Without a look at the fields: false where there is certainly none.
  bool may_contain(FieldName id) const noexcept { return names_.may_have(id); }
  std::size_t count(FieldName id) const noexcept;
  // The value of the first line of that name.
  std::optional<std::string_view> value(FieldName id) const noexcept {
    const Field* field = find(id);
    if (field == nullptr) return std::nullopt;
    return field->value;
  }
  // The value of the only line of that name; nullopt where there is none, or several.
  std::optional<std::string_view> only_value(FieldName id) const noexcept;
  // All lines of that name as one value, joined with ", " in order (RFC 9110 section 5.3); nullopt
  // when there is none.
  std::optional<std::string> combined(FieldName id) const;
  std::optional<std::string> combined(std::string_view name) const;

  // Calls visit(std::string_view value) for every line of that name, in order.
  template <class Visit>
  void for_each(FieldName id, Visit&& visit) const {
    if (!names_.may_have(id)) return;
    for (const Field& field : fields_) {
      if (field.id == id) visit(field.value);
    }
  }

 private:
  const Field* find_present(FieldName id) const noexcept;

  std::span<const Field> fields_;
  FieldNameSet names_;
};

// Whether any line of that field has this member in its comma-separated list, ignoring case.
bool any_list_contains(FieldsView fields, FieldName id, std::string_view member) noexcept;

}  // namespace hawkcache::http
