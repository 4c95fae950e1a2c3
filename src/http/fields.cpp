#include "http/fields.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace hawkcache::http {
namespace {

template <class Matches>
const Field* find_if(std::span<const Field> fields, Matches matches) noexcept {
  const auto found = std::find_if(fields.begin(), fields.end(), matches);
  return found == fields.end() ? nullptr : &*found;
}

template <class Matches>
std::optional<std::string> combine_if(std::span<const Field> fields, Matches matches) {
  std::optional<std::string> all;
  for (const Field& field : fields) {
    if (!matches(field)) continue;
    if (all) {
      all->append(", ").append(field.value);
    } else {
      all.emplace(field.value);
    }
  }
  return all;
}

}  // namespace

bool has_name(const Field& field, FieldName id, std::string_view name) noexcept {
  if (field.id != id) return false;
  return id != FieldName::unknown || ascii::equals_ignoring_case(field.name, name);
}

const Field* FieldsView::find_present(FieldName id) const noexcept {
  return find_if(fields_, [id](const Field& field) { return field.id == id; });
}

const Field* FieldsView::find(std::string_view name) const noexcept {
  const FieldName id = parse_field_name(name);
  if (!names_.may_have(id)) return nullptr;
  return find_if(fields_, [&](const Field& field) { return has_name(field, id, name); });
}

std::size_t FieldsView::count(FieldName id) const noexcept {
  if (!names_.may_have(id)) return 0;
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(), [id](const Field& f) { return f.id == id; }));
}

std::optional<std::string_view> FieldsView::only_value(FieldName id) const noexcept {
  std::optional<std::string_view> only;
  if (!names_.may_have(id)) return only;
  for (const Field& field : fields_) {
    if (field.id != id) continue;
    if (only) return std::nullopt;
    only = field.value;
  }
  return only;
}

std::optional<std::string> FieldsView::combined(FieldName id) const {
  return combine_if(fields_, [id](const Field& field) { return field.id == id; });
}

std::optional<std::string> FieldsView::combined(std::string_view name) const {
  const FieldName id = parse_field_name(name);
  return combine_if(fields_, [&](const Field& field) { return has_name(field, id, name); });
}

bool any_list_contains(FieldsView fields, FieldName id, std::string_view member) noexcept {
  return std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
    return field.id == id && ascii::list_contains(field.value, member);
  });
}

}  // namespace hawkcache::http
